#include "sqlite/readers.hpp"

namespace madang::storage::sqlite {

readers::readers(const sqlite_options& options, reporter& report)
    : report_(report), health_(report), pool_(options.readers, options.read_queue) {
    for (std::size_t i = 0; i < options.readers; ++i)
        free_.push_back(std::make_unique<database>(options.file, database::access::read));
}

void readers::stop() {
    stopped_ = true;
    pool_.join();
}

std::unique_ptr<database> readers::take() {
    const std::lock_guard hold{lock_};
    auto connection = std::move(free_.back());
    free_.pop_back();
    return connection;
}

void readers::give_back(std::unique_ptr<database> connection) {
    const std::lock_guard hold{lock_};
    free_.push_back(std::move(connection));
}

}  // namespace madang::storage::sqlite
