#include "costs.h"

#include <signal.h>
#include <sys/ptrace.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "client/client_core.h"
#include "server/server_core.h"

namespace atollstore {
namespace {

constexpr int64_t kPatience = 5'000'000'000;

using Client = std::unique_ptr<ClientCore>;

class Costs {
 public:
  ~Costs() { server_.reset(); }  // first: who leaves a server that nobody steps waits for it

  bool Open(const char* path, uint64_t clients) {
    atoll_server_options options{};
    options.size = sizeof(options);
    options.capacity = 64 << 20;
    options.max_clients = clients + 16;
    options.socket_path = path;
    auto opened = ServerCore::Open(options);
    if (!opened.ok()) return false;
    server_ = std::move(opened).value();
    // Whoever attaches waits for the server, which is this thread.
    std::atomic<bool> done{false};
    std::thread attaching([&] {
      while (all_.size() < clients + 8) {
        auto client = ClientCore::Attach(path);
        if (!client.ok()) break;
        all_.push_back(std::move(client).value());
      }
      done.store(true);
    });
    while (!done.load()) server_->Poll(1);
    attaching.join();
    return all_.size() == clients + 8 && Settle();
  }

  // Nothing is left to do: what is counted is what follows.
  bool Settle() {
    int quiet = 0;
    for (int i = 0; i < 100'000 && quiet < 100; ++i) quiet = server_->Poll(0) ? 0 : quiet + 1;
    return quiet == 100;
  }

  bool Create() {
    // Once beforehand, so that memory and entries are at hand.
    std::vector<ObjectId> made;
    if (!Make(maker(), &made) || !Drop(maker(), made) || !Settle()) return false;
    made.clear();
    ::raise(SIGSTOP);
    const bool ok = Make(maker(), &made);
    ::raise(SIGSTOP);
    return ok && Drop(maker(), made) && Settle();
  }

  bool Free(uint64_t holders) {
    std::vector<ObjectId> made;
    for (uint64_t i = 0; i < kCostObjects; ++i) {
      const auto id = maker().Expect(true);
      if (!id.ok() || !Fill(maker(), id.value())) return false;
      made.push_back(id.value());
      for (uint64_t h = 0; h < holders; ++h) {
        if (!Visit(*all_[1 + h], id.value())) return false;
      }
    }
    if (!Settle() || !Drop(maker(), made)) return false;
    const auto& freed = server_->control().header().served.freed;
    const uint64_t before = freed.load();
    ::raise(SIGSTOP);
    for (int i = 0; i < 1000 && freed.load() < before + kCostObjects; ++i) server_->Poll(0);
    ::raise(SIGSTOP);
    return freed.load() == before + kCostObjects && Settle();
  }

  bool Bury() {
    std::vector<ObjectId> others;
    Client dead = std::move(all_.back());
    all_.pop_back();
    std::vector<ObjectId> own;
    if (!Make(maker(), &others) || !Make(*dead, &own)) return false;
    atoll_view view{};
    for (const ObjectId id : others) {
      if (!dead->Get(id, 0, &view).ok()) return false;
    }
    if (!Settle()) return false;
    const auto& buried = server_->control().header().served.buried;
    const uint64_t before = buried.load();
    if (!dead->Detach().ok()) return false;
    dead.reset();
    ::raise(SIGSTOP);
    for (int i = 0; i < 10000 && buried.load() == before; ++i) server_->Poll(1);
    ::raise(SIGSTOP);
    return buried.load() == before + 1 && Drop(maker(), others) && Settle();
  }

 private:
  ClientCore& maker() { return *all_.front(); }
  static bool Fill(ClientCore& client, ObjectId id) {
    return client.Create(&id, 1000, 0, 0, 0).ok() && client.Seal(id, nullptr).ok();
  }
  static bool Make(ClientCore& client, std::vector<ObjectId>* made) {
    made->reserve(kCostObjects);
    for (uint64_t i = 0; i < kCostObjects; ++i) {
      ObjectId id;
      if (!client.Create(&id, 1000, 0, 0, 0).ok() || !client.Seal(id, nullptr).ok()) return false;
      made->push_back(id);
    }
    return true;
  }
  static bool Drop(ClientCore& client, const std::vector<ObjectId>& made) {
    for (const ObjectId id : made) {
      if (!client.Dereference(id).ok()) return false;
    }
    return true;
  }
  static bool Visit(ClientCore& client, ObjectId id) {
    atoll_view view{};
    return client.Get(id, kPatience, &view).ok() && client.Release(id).ok();
  }

  std::unique_ptr<ServerCore> server_;
  std::vector<Client> all_;
};

}  // namespace

std::string StopAroundCosts(const char* path, uint64_t clients, uint64_t holders) {
  Costs costs;
  if (!costs.Open(path, clients)) return std::string("open: ") + LastError();
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return "no tracer";
  for (int round = 0; round < kCostRounds; ++round) {
    if (!costs.Create()) return std::string("create: ") + LastError();
    if (!costs.Free(holders)) return std::string("free: ") + LastError();
    if (!costs.Bury()) return std::string("burial: ") + LastError();
  }
  return "ok";
}

}  // namespace atollstore
