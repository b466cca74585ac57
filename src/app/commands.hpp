// The command line (design, chapter 10): each command is a function that answers an exit code. Failures are one line on standard
// error.
#pragma once

#include "madang/config/settings.hpp"
#include "madang/storage/archive.hpp"

#include <optional>
#include <string>

namespace madang::app {

// Parses, loads the configuration and runs one command. 0: done; 1: it failed; 2: it was called wrongly.
int run_command_line(int argc, char** argv);

int serve(const config::settings& s, const std::optional<std::string>& assets_directory);
int migrate(const config::settings& s, bool plan_only);

struct user_options {
    std::string username;
    std::string display_name;
    std::string role = "user";
    bool password_from_stdin = false;
};
int user_create(const config::settings& s, const user_options& o);
int user_list(const config::settings& s);
int user_set_role(const config::settings& s, const user_options& o);
// Asks for the password, or reads it from standard input; all sessions of the person end.
int user_set_password(const config::settings& s, const user_options& o);
// The same with a password made here, and printed.
int user_reset(const config::settings& s, const user_options& o);
int user_disable(const config::settings& s, const user_options& o, bool disabled);
int user_sign_out(const config::settings& s, const user_options& o);

// FILE is "-" for standard output and input. Progress goes to standard error when that is a terminal, a summary always.
int export_all(const config::settings& s, const std::string& file, bool resume);
int back_up(const config::settings& s, const std::string& file);
// `replace`: empties the database first; otherwise it must hold no users and rooms.
int import_all(const config::settings& s, const std::string& file, storage::import_mode how);
int epoch_print(const config::settings& s);
int epoch_new(const config::settings& s);

int keys_list(const config::settings& s);
int keys_rotate(const config::settings& s, bool revoke);

}  // namespace madang::app
