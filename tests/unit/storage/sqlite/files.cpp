#include "files.hpp"

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace madang::test {
namespace {

struct kept_text {
    std::string name;
    std::string sql;
};

std::deque<kept_text> read_migrations(const std::string& kind) {
    std::deque<kept_text> texts;
    for (const auto& entry : std::filesystem::directory_iterator(MADANG_SOURCE_DIR "/config/migrations/" + kind)) {
        std::ostringstream sql;
        sql << std::ifstream(entry.path()).rdbuf();
        texts.push_back({entry.path().stem().string(), sql.str()});
    }
    std::ranges::sort(texts, {}, &kept_text::name);
    return texts;
}

std::vector<storage::migration> steps_of(const std::deque<kept_text>& texts) {
    std::vector<storage::migration> all;
    for (const auto& text : texts) all.push_back({std::stoi(text.name), text.name, text.sql});
    return all;
}

}  // namespace

temporary_directory::temporary_directory() {
    auto name = (std::filesystem::temp_directory_path() / "madang-storage-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
    path_ = name;
}

temporary_directory::~temporary_directory() { std::filesystem::remove_all(path_); }

const std::vector<storage::migration>& source_migrations() {
    static const auto texts = read_migrations("sqlite");
    static const auto steps = steps_of(texts);
    return steps;
}

const std::vector<storage::migration>& postgres_migrations() {
    static const auto texts = read_migrations("postgres");
    static const auto steps = steps_of(texts);
    return steps;
}

std::vector<storage::migration> with_later_step(std::vector<storage::migration> steps, std::string_view sql) {
    if (!sql.empty()) steps.push_back({static_cast<int>(steps.size()) + 1, "a_later_step", sql});
    return steps;
}

}  // namespace madang::test
