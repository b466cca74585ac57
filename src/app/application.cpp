#include "application.hpp"

#include "database.hpp"
#include "embedded.hpp"
#include "figures.hpp"
#include "keys.hpp"
#include "run_now.hpp"
#include "translate.hpp"

#include "madang/observe/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <fmt/format.h>

#include <unistd.h>

#include <cstdio>
#include <random>

namespace madang::app {
namespace {

using namespace std::chrono_literals;

web::assets load_assets(const std::optional<std::filesystem::path>& directory) {
    web::assets all{MADANG_VERSION};
    constexpr std::string_view folder = "assets/";
    for (const auto& file : embedded_files())
        if (file.name.starts_with(folder)) all.add(std::string{file.name.substr(folder.size())}, file.bytes);
    if (directory) all.use_directory(*directory);
    return all;
}

std::unique_ptr<storage::store> prepared_store(const config::settings& s, asio::io_context& io, const clock& time) {
    for (const auto& name : prepare_schema(s, time)) log::info("migrated", {{"step", name}});
    return open_store(s, io, time);
}

std::size_t or_cores(int n) { return n > 0 ? static_cast<std::size_t>(n) : std::max(1U, std::thread::hardware_concurrency()); }

void failed(std::string_view what) { log::error("a flow failed", {{"error", what}}); }

}  // namespace

application::application(const config::settings& s, std::optional<std::filesystem::path> assets_directory)
    : settings_(s),
      web_settings_(web_settings_of(s)),
      assets_(load_assets(assets_directory)),
      lock_(lock_database(s)),
      io_(static_cast<std::size_t>(s.server.threads)),
      store_(prepared_store(s, io_.context(), clock_)),
      shards_(io_.context()),
      tasks_(failed),
      hasher_(password_cost_of(s), or_cores(s.auth.hash_threads), static_cast<std::size_t>(s.auth.hash_queue)),
      mint_(keys_),
      epoch_(run_now(io_.context(), store_->rooms().epoch())),
      history_(store_->rooms(), epoch_),
      hub_(shards_, broker_limits_of(s), history_, metrics_),
      bells_(listening_),
      audience_(hub_, bells_, epoch_),
      revocations_(s.auth.access_ttl + 1min),
      reads_(executor{io_.context().get_executor()}, store_->rooms(), audience_),
      feeds_(executor{io_.context().get_executor()}, store_->rooms(), audience_),
      nodes_(lock_ ? nullptr
                   : std::make_unique<nodes>(
                         s, io_.context(), nodes::parts{store_->rooms(), feeds_, audience_, reads_, revocations_, epoch_, clock_},
                         *store_, metrics_)),
      caching_(s, io_.context(), *store_, epoch_, clock_, metrics_),
      everybody_(nodes_ ? nodes_->everybody() : audience_),
      local_board_(audience_),
      board_(nodes_ && nodes_->board() != nullptr ? *nodes_->board() : local_board_),
      presence_(executor{io_.context().get_executor()}, presence_parts(), domain::presence::timing{}),
      accounts_(caching_.accounts(), store_->logins(), hasher_, mint_, everybody_, revocations_, clock_, account_policy_of(s)),
      contacts_({caching_.contacts(), caching_.accounts(), everybody_, board_, presence_},
                s.limits.friends == 0 ? SIZE_MAX : static_cast<std::size_t>(s.limits.friends)),
      rooms_(caching_.rooms(), caching_.log(), epoch_),
      messages_(caching_.rooms(), caching_.log(), mint_, everybody_, reads_),
      authenticator_(keys_, revocations_, clock_),
      rates_(web_settings_, clock_, metrics_),
      gateway_({hub_, shards_, tasks_, authenticator_, accounts_, rooms_, messages_, presence_, rates_, clock_}, web_settings_,
               metrics_),
      site_({authenticator_, rates_, accounts_, contacts_, rooms_, messages_, keys_, assets_, gateway_, bells_, clock_},
            web_settings_),
      operations_(metrics_, {{"storage", [this] { return std::string{store_->stats().failing.load() ? "failing" : "ok"}; }},
                             {"cache", [this] { return caching_.state(); }},
                             {"bus", [this] { return nodes_ ? nodes_->bus() : "none"; }}}),
      watch_(executor{io_.context().get_executor()},
             {accounts_, store_->logins(), store_->keys(), store_->rooms(), keys_, epoch_,
              [this](std::string name) { begin_epoch(std::move(name)); }, clock_},
             s.auth.revocation_poll),
      admin_(io_.context(), shards_, operations_, admin_server_of(s), metrics_),
      public_(io_.context(), shards_, site_, public_server_of(s), metrics_) {
    listen_to_commits();
    if (nodes_) {
        nodes_->cluster().tell(presence_);
        listening_.tell(nodes_->cluster());
    }
    listening_.tell(presence_);
    hub_.tell(&listening_);
    export_figures(metrics_, store_->stats(), hasher_);
    run_now(io_.context(), prepare_keys(store_->keys(), keys_, clock_.now()));
    run_now(io_.context(), watch_.load());
}

application::~application() = default;

// What is kept of it is void before anybody hears of a change.
void application::listen_to_commits() {
    domain::commit_listener& hears = nodes_ ? nodes_->commits() : feeds_;
    auto* const changes = caching_.changes();
    if (changes == nullptr) return store_->set_listener(&hears);
    changes->then(hears);
    store_->set_listener(changes);
    if (!nodes_) return;
    changes->tell_others([this](std::string what) { nodes_->cluster().copies_changed(std::move(what)); });
    nodes_->cluster().tell(*changes);
}

domain::presence::parts application::presence_parts() {
    domain::presence::parts p{store_->contacts(), board_, audience_};
    if (!nodes_) return p;
    p.others = &nodes_->cluster();
    p.tell_others_of_change = [this](user_id user) { nodes_->cluster().came_or_went(user); };
    p.tell_others_of_friends = [this](user_id user) { nodes_->cluster().friends_changed(user); };
    return p;
}

int application::run() {
    admin_.start();
    public_.start();
    watch_.start();
    caching_.start();
    if (nodes_) nodes_->start();
    asio::co_spawn(executor{io_.context().get_executor()}, stop_when_told(), asio::detached);
    operations_.set(web::readiness::ready);
    fmt::print("admin on {}\nlistening on {}\n", admin_.url(), public_.url());
    std::fflush(stdout);
    log::info("ready", {{"url", public_.url()}, {"version", MADANG_VERSION}, {"threads", io_.count()}, {"epoch", epoch_.name()}});
    io_.run();
    hasher_.stop();
    log::info("stopped");
    return 0;
}

task<> application::stop_when_told() {
    asio::basic_signal_set<executor> signals{co_await asio::this_coro::executor, SIGINT, SIGTERM};
    boost::system::error_code ec;
    const int which = co_await signals.async_wait(asio::redirect_error(use_task, ec));
    log::info("draining", {{"signal", which}, {"connections", public_.connections()}});
    signals.async_wait([](const boost::system::error_code& again, int) {
        if (!again) ::_exit(130);  // told twice: at once
    });
    co_await drain();
    signals.cancel();
    io_.finish();
}

// History was restored to an earlier state: what is known of it here is void. Everybody comes back, with a position of the old
// epoch, and reloads.
void application::begin_epoch(std::string name) {
    log::warn("the database has another history now: everybody reloads", {{"from", epoch_.name()}, {"to", name}});
    epoch_.change(std::move(name));
    for (std::size_t shard = 0; shard < shards_.count(); ++shard) hub_.restart(shard);
    feeds_.forget();
}

// Not ready, stop accepting, stop reading, flush what was accepted, close, end (engineering notes, chapter 7).
task<> application::drain() {
    const auto deadline = std::chrono::steady_clock::now() + settings_.server.shutdown_deadline;
    operations_.set(web::readiness::draining);
    timer wait{co_await asio::this_coro::executor};
    boost::system::error_code ignored;
    if (settings_.server.drain_wait.count() > 0) {
        wait.expires_after(settings_.server.drain_wait);
        co_await wait.async_wait(asio::redirect_error(use_task, ignored));
    }
    gateway_.drain();
    public_.drain();

    // Sockets close a shard at a time, in random order and spread, so that not all clients come back in one instant.
    std::vector<std::size_t> order(shards_.count());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), std::mt19937{std::random_device{}()});
    const auto gap = std::chrono::milliseconds{std::min<std::int64_t>(200, hub_.sessions() / 100)};
    for (const auto shard : order) {
        hub_.restart(shard);
        wait.expires_after(gap);
        co_await wait.async_wait(asio::redirect_error(use_task, ignored));
    }
    co_await wait_until([this] { return public_.connections() == 0 && tasks_.running() == 0; }, deadline);
    if (public_.connections() > 0) log::warn("connections are cut", {{"connections", public_.connections()}});
    public_.stop();
    admin_.drain();
    admin_.stop();
    watch_.stop();
    presence_.stop();
    if (nodes_) nodes_->stop();
    caching_.stop();
    reads_.stop();
    feeds_.stop();
    hub_.stop();
    co_await wait_until([this] { return public_.connections() + admin_.connections() == 0; },
                        std::chrono::steady_clock::now() + 2s);
    store_->stop();
}

template <class Condition>
task<> application::wait_until(Condition done, steady_time deadline) {
    timer wait{co_await asio::this_coro::executor};
    while (!done() && std::chrono::steady_clock::now() < deadline) {
        wait.expires_after(10ms);
        boost::system::error_code ignored;
        co_await wait.async_wait(asio::redirect_error(use_task, ignored));
    }
}

}  // namespace madang::app
