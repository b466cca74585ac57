// Commands on people and keys. They open the database beside a running server, which hears of ended sessions and new keys by its
// poll.
#include "argon2_hasher.hpp"
#include "commands.hpp"
#include "database.hpp"
#include "keys.hpp"
#include "run_now.hpp"
#include "translate.hpp"

#include "madang/base/text.hpp"
#include "madang/crypto/random.hpp"
#include "madang/domain/account_service.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>
#include <stdexcept>

namespace madang::app {
namespace {

// The database, and an io_context to ask it.
class tool {
public:
    explicit tool(const config::settings& s) : settings_(s) {
        prepare_new(s, clock_);
        store_ = open_store(s, io_, clock_);
    }
    ~tool() {
        store_->stop();
        guard_.reset();
        io_.run();
    }
    tool(const tool&) = delete;
    tool& operator=(const tool&) = delete;

    template <class T>
    T ask(async_result<T> flow) {
        return run_now(io_, std::move(flow));
    }
    [[nodiscard]] storage::store& store() { return *store_; }

    domain::user person(const std::string& username) {
        std::string name = text::folded(username);
        try {
            return ask(store().accounts().find_user_by_name(std::move(name)));
        } catch (const std::runtime_error&) {
            throw std::runtime_error("there is no user " + username);
        }
    }

    std::string hash(std::string password) {
        const auto n = text::count(password);
        if (!text::is_utf8(password) || n < 8 || n > 128) throw std::runtime_error("a password has 8 to 128 characters");
        const auto made = crypto::hash_password(password, password_cost_of(settings_));
        if (!made) throw std::runtime_error("the password could not be hashed: is there enough memory?");
        return *made;
    }

    void set_password(const domain::user& u, std::string password) {
        auto made = hash(std::move(password));
        ask(store().accounts().set_password(u.id, std::move(made), session_id{}));
    }

private:
    const config::settings& settings_;
    const system_clock clock_;
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
    std::unique_ptr<storage::store> store_;
};

std::string read_password(bool from_stdin) {
    std::string password;
    const bool terminal = !from_stdin && isatty(STDIN_FILENO) != 0;
    termios before{};
    if (terminal) {
        fmt::print(stderr, "Password: ");
        tcgetattr(STDIN_FILENO, &before);
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &silent);
    }
    std::getline(std::cin, password);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
        fmt::print(stderr, "\n");
    }
    return password;
}

void check_username(const std::string& name) {
    const bool allowed = name.size() >= 3 && name.size() <= 32 &&
                         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos;
    if (!allowed) throw std::runtime_error("a username has 3 to 32 of a-z, 0-9, '.', '_' and '-'");
}

}  // namespace

int user_create(const config::settings& s, const user_options& o) {
    tool t{s};
    domain::new_user u;
    u.username = text::folded(o.username);
    check_username(u.username);
    const auto name = text::normalised_name(o.display_name.empty() ? o.username : o.display_name);
    if (!name || name->empty() || text::count(*name) > 50 || text::has_control(*name) || text::has_bidi(*name))
        throw std::runtime_error("a display name has 1 to 50 characters");
    u.display_name = *name;
    u.role = o.role;
    u.password_hash = t.hash(read_password(o.password_from_stdin));
    const auto made = t.ask(t.store().accounts().create_user(std::move(u)));
    fmt::print("created {} {}\n", made.id.value, made.username);
    return 0;
}

int user_list(const config::settings& s) {
    tool t{s};
    user_id after;
    for (;;) {
        const auto page = t.ask(t.store().accounts().list_users(after, 500));
        for (const auto& u : page)
            fmt::print("{}\t{}\t{}\t{}\t{}\n", u.id.value, u.username, u.role,
                       u.deleted    ? "deleted"
                       : u.disabled ? "disabled"
                                    : "active",
                       u.display_name);
        if (page.empty()) return 0;
        after = page.back().id;
    }
}

int user_set_role(const config::settings& s, const user_options& o) {
    tool t{s};
    const auto u = t.person(o.username);
    t.ask(t.store().accounts().set_role(u.id, o.role));
    fmt::print("{} is {} now\n", u.username, o.role);
    return 0;
}

int user_set_password(const config::settings& s, const user_options& o) {
    tool t{s};
    const auto u = t.person(o.username);
    t.set_password(u, read_password(o.password_from_stdin));
    fmt::print("the password of {} is set, all sessions have ended\n", u.username);
    return 0;
}

int user_reset(const config::settings& s, const user_options& o) {
    tool t{s};
    const auto u = t.person(o.username);
    const auto password = crypto::random_token(12);
    t.set_password(u, password);
    fmt::print("{}\n", password);
    return 0;
}

int user_disable(const config::settings& s, const user_options& o, bool disabled) {
    tool t{s};
    const auto u = t.person(o.username);
    t.ask(t.store().accounts().set_disabled(u.id, disabled));
    fmt::print("{} is {} now\n", u.username, disabled ? "disabled" : "enabled");
    return 0;
}

int user_sign_out(const config::settings& s, const user_options& o) {
    tool t{s};
    const auto u = t.person(o.username);
    const auto ended = t.ask(t.store().logins().end_all(u.id));
    fmt::print("{} sessions of {} have ended\n", ended.size(), u.username);
    return 0;
}

int keys_list(const config::settings& s) {
    tool t{s};
    bool signs = true;
    for (const auto& key : t.ask(t.store().keys().keys())) {
        fmt::print("{}\t{}\t{}\n", key.kid, to_rfc3339(key.created_at), key.revoked ? "revoked" : signs ? "signs" : "verifies");
        if (!key.revoked) signs = false;
    }
    return 0;
}

int keys_rotate(const config::settings& s, bool revoke) {
    tool t{s};
    auto key = new_stored_key(system_clock{}.now());
    const auto kid = key.kid;
    t.ask(t.store().keys().add_key(std::move(key), revoke, false));
    fmt::print("{} signs from now on{}\n", kid, revoke ? ", all older keys are void" : "");
    return 0;
}

}  // namespace madang::app
