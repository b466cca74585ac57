// A way to the shared server that counts round trips: how often somebody asks who has been answered.
#pragma once

#include "../sqlite/files.hpp"
#include "run_task.hpp"
#include "server.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace madang::test {

class counted_way {
public:
    // Leads to where `to` leads.
    explicit counted_way(storage::postgres_url to) : server_(folder_of(to) + "/.s.PGSQL.5432"), url_(std::move(to)) {
        const auto socket = directory_ / ".s.PGSQL.5432";
        acceptor_.emplace(strand_, protocol::endpoint{socket.string()});
        url_.text.replace(url_.text.find("host=") + 5, std::string::npos, socket.parent_path().string());
        asio::co_spawn(strand_, accept(), asio::detached);
    }
    ~counted_way() {
        io_.context().stop();
        io_.finish();
    }
    counted_way(const counted_way&) = delete;
    counted_way& operator=(const counted_way&) = delete;

    [[nodiscard]] const storage::postgres_url& url() const { return url_; }
    [[nodiscard]] int round_trips() const { return round_trips_; }

private:
    using protocol = asio::local::stream_protocol;

    struct ends {
        protocol::socket client, server;
        bool answered = false;
    };

    // "...?host=/a/folder", at the end.
    static std::string folder_of(const storage::postgres_url& url) { return url.text.substr(url.text.find("host=") + 5); }

    task<> accept() {
        for (;;) {
            auto client = co_await acceptor_->async_accept(use_task);
            const auto both = std::make_shared<ends>(ends{std::move(client), protocol::socket{strand_}});
            co_await both->server.async_connect(server_, use_task);
            asio::co_spawn(strand_, carry(both, both->client, both->server, false), asio::detached);
            asio::co_spawn(strand_, carry(both, both->server, both->client, true), asio::detached);
        }
    }

    // Until one of them closes; then the other one is closed, too.
    task<> carry(std::shared_ptr<ends> both, protocol::socket& from, protocol::socket& to, bool answers) {
        try {
            std::array<char, 65536> bytes{};
            for (;;) {
                const auto size = co_await from.async_read_some(asio::buffer(bytes), use_task);
                if (!answers && both->answered) ++round_trips_;
                both->answered = answers;
                co_await asio::async_write(to, asio::buffer(bytes.data(), size), use_task);
            }
        } catch (const boost::system::system_error&) {
            boost::system::error_code ignored;
            from.close(ignored);
            to.close(ignored);
        }
    }

    const protocol::endpoint server_;
    storage::postgres_url url_;
    const temporary_directory directory_;
    io_thread io_;
    const executor strand_ = io_.new_strand();
    std::optional<protocol::acceptor> acceptor_;
    std::atomic<int> round_trips_{0};
};

}  // namespace madang::test
