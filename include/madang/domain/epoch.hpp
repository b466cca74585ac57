// The name of the database's history, as this node knows it (design, chapter 1): positions of another epoch are void. It changes
// when history was restored to an earlier state, also under a running node. Thread-safe.
#pragma once

#include <atomic>
#include <memory>
#include <string>

namespace madang::domain {

class epoch {
public:
    explicit epoch(std::string name) : name_(std::make_shared<const std::string>(std::move(name))) {}

    [[nodiscard]] std::string name() const { return *name_.load(); }
    void change(std::string name) { name_.store(std::make_shared<const std::string>(std::move(name))); }

private:
    std::atomic<std::shared_ptr<const std::string>> name_;
};

}  // namespace madang::domain
