// From the configuration's settings to what each part wants to know.
#pragma once

#include "madang/broker/hub.hpp"
#include "madang/config/settings.hpp"
#include "madang/crypto/password.hpp"
#include "madang/domain/account_service.hpp"
#include "madang/net/server.hpp"
#include "madang/redis/options.hpp"
#include "madang/web/settings.hpp"

namespace madang::app {

[[nodiscard]] web::settings web_settings_of(const config::settings& s);
[[nodiscard]] broker::limits broker_limits_of(const config::settings& s);
[[nodiscard]] redis::options redis_options_of(const config::redis_server& r, std::chrono::milliseconds answer_timeout);
[[nodiscard]] domain::account_policy account_policy_of(const config::settings& s);
[[nodiscard]] crypto::password_cost password_cost_of(const config::settings& s);
[[nodiscard]] net::server_options public_server_of(const config::settings& s);
[[nodiscard]] net::server_options admin_server_of(const config::settings& s);

}  // namespace madang::app
