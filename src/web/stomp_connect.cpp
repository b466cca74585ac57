// CONNECT: version, heart-beats, and who it is (contract, chapter 4).
#include "stomp_session.hpp"

#include "madang/base/text.hpp"
#include "madang/observe/log.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace madang::web {
namespace {

// Three base64url parts between two dots; a password of that shape would be a strange one.
bool looks_like_token(std::string_view s) { return s.starts_with("eyJ") && std::count(s.begin(), s.end(), '.') == 2; }

}  // namespace

void stomp_session::on_connect(const stomp::frame& f) {
    const auto version = stomp::negotiate(f.find("accept-version"));
    if (!version) {
        gateway_.counters_.errors.add();
        session_->send(stomp::encode_version_refusal());
        return close_when_flushed(1008, "protocol");
    }
    version_ = *version;
    parser_.set_version(*version);
    const auto theirs = stomp::parse_heart_beat(f.find("heart-beat"));
    if (!theirs) return protocol_fault("The heart-beat header is two numbers: \"x,y\".");
    const auto ours = gateway_.settings_.heart_beat;
    beats_ = stomp::agree({ours, ours}, *theirs);
    authenticate(f);
}

void stomp_session::authenticate(const stomp::frame& f) {
    const auto login = f.find("login").value_or("");
    const auto passcode = f.find("passcode").value_or("");
    std::optional<std::string_view> token;
    if (const auto header = f.find("Authorization"))
        token = authenticator::bearer(*header).value_or("");
    else if (!passcode.empty() && (login.empty() || looks_like_token(passcode)))
        token = passcode;

    if (token) {
        const auto who = gateway_.parts_.who.check(*token);
        if (!who) return fatal(who.error(), 1008, who.error().code == errc::token_expired ? "token_expired" : "unauthenticated");
        expires_ = who->expires;
        return connected(*who);
    }
    if (!login.empty()) {
        stage_ = stage::connecting;
        ++in_flight_;
        return spawn(sign_in(std::string{login}, std::string{passcode}));
    }
    if (!facts_.who) {
        const bool expired = facts_.why_not == errc::token_expired;
        return fatal(error{facts_.why_not}, 1008, expired ? "token_expired" : "unauthenticated");
    }
    if (!facts_.who->by_cookie) expires_ = facts_.who->expires;
    connected(*facts_.who);
}

task<> stomp_session::sign_in(std::string name, std::string password) {
    const auto self = shared_from_this();
    name = text::folded(name);
    auto& limits = gateway_.parts_.limits;
    const auto account = rates::account_named(name);
    result<domain::signed_in> done = errc::internal;
    if (const auto may = limits.begin_login(account, facts_.address); !may) {
        done = may.error();
    } else {
        domain::device from;
        from.name = facts_.agent;
        from.address = facts_.address;
        done = co_await gateway_.parts_.accounts.sign_in_for_socket(std::move(name), std::move(password), std::move(from));
        limits.end_login(account, facts_.address, done);
    }
    const bool here = finished();
    if (done) {
        me_ = caller{done->user.id, done->session, {}, false};
        login_is_ours_ = true;
    }
    if (!here) {
        // The socket went while the password was checked: its session goes as well.
        if (done) (void)co_await gateway_.parts_.accounts.end_session(me_.user, me_.session);
        co_return;
    }
    if (!done) {
        const bool wrong = done.error().code == errc::bad_credentials || done.error().code == errc::rate_limited;
        fatal(done.error(), wrong ? 1008 : 1011, wrong ? "unauthenticated" : "internal");
        co_return;
    }
    if (stage_ == stage::leaving) co_return leave_when_done();
    const caller who = me_;
    connected(who);
    go_on();
}

void stomp_session::connected(const caller& who) {
    me_ = who;
    stage_ = stage::open;
    session_->identify(who.user, who.session);
    // Asked again now that an ending would find us: it may have come since the upgrade, or while the password was checked.
    if (gateway_.parts_.who.ended(who.session)) return login_ended();
    gateway_.counters_.connected.add();
    const std::string user = std::to_string(who.user.value);
    const std::string name = fmt::format("{}-{}", who.session.value, number_);
    const std::string server = "madang/" + gateway_.settings_.version;
    const auto ours = gateway_.settings_.heart_beat;
    stomp::connected_fields fields;
    fields.session = name;
    fields.server = server;
    fields.heart_beat = {ours, ours};
    const std::array<stomp::header, 1> more{{{"user-id", user}}};
    session_->send(stomp::encode_connected(version_, fields, more));
    log::trace_of(who.session, "connected", {{"user", who.user}, {"version", stomp::to_string(version_)}});
}

}  // namespace madang::web
