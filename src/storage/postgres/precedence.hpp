// Where the server allows fewer connections than a node wants, those that it cannot do without come first: at the start, and each
// time that they are lost. Thread-safe.
#pragma once

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace madang::storage::postgres {

class precedence {
public:
    // One more that the others wait for, until it is there.
    void missing() {
        const std::lock_guard hold{lock_};
        ++missing_;
    }
    void there() {
        std::vector<std::function<void()>> go;
        {
            const std::lock_guard hold{lock_};
            if (--missing_ == 0) go = std::exchange(waiting_, {});
        }
        for (const auto& wake : go) wake();
    }
    // True: go. False: `wake` is called once, on any thread, when nobody is missing any more.
    [[nodiscard]] bool may_go(std::function<void()> wake) {
        const std::lock_guard hold{lock_};
        if (missing_ == 0) return true;
        waiting_.push_back(std::move(wake));
        return false;
    }

private:
    std::mutex lock_;
    int missing_ = 0;
    std::vector<std::function<void()>> waiting_;
};

}  // namespace madang::storage::postgres
