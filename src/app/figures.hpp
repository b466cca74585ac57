// Figures that somebody else counts, as metrics: the store's, the hasher's, the process's.
#pragma once

#include "argon2_hasher.hpp"

#include "madang/observe/metrics.hpp"
#include "madang/storage/store.hpp"

namespace madang::app {

void export_figures(metrics::registry& m, const storage::store_stats& store, const argon2_hasher& hasher);

}  // namespace madang::app
