// A get of one hot object, alone and while another process does the same; and the slowest of a thousand
// creates while two processes create as fast as they can.
#include <signal.h>

#include <cstdio>
#include <cstring>

#include "harness.h"

namespace atollbench {
namespace {

constexpr int kRounds = 15;
constexpr int kGets = 200'000;
constexpr int kCreates = 40'000;
constexpr int kBatch = 256;
constexpr uint64_t kSmall = 1024;

double GetMany(const Client& client, const atoll_object_id& id) {
  return TimeOf([&] {
           for (int i = 0; i < kGets; ++i) {
             atoll_view view;
             Check(atoll_get(client.get(), &id, 0, &view), "atoll_get");
             Check(atoll_release(client.get(), &id), "atoll_release");
           }
         }) /
         kGets;
}

void HotObject() {
  Store store(256 * kMiB);
  Client client(store.socket());
  const std::string bytes(kSmall, 'x');
  const atoll_object_id id = client.Put(bytes.data(), bytes.size());
  RunOn(1);
  Process other({"getter", store.socket(), std::to_string(id.store), std::to_string(id.place)});
  other.ReadLine();
  RunOn(0);
  std::vector<double> alone, contended;
  for (int i = 0; i < kRounds; ++i) {
    other.Signal(SIGSTOP);
    alone.push_back(GetMany(client, id));
    other.Signal(SIGCONT);
    contended.push_back(GetMany(client, id));
  }
  Print("get.warm.alone", Median(alone), "ns", "p50");
  Print("get.warm.contended", Median(contended), "ns", "p50");
  RunOn(-1);
}

// Creates and drops objects; the times of the creates, copying and sealing included, if wanted.
void CreateMany(Client& client, int count, std::vector<double>* times) {
  static const std::string bytes(kSmall, 'x');
  std::vector<atoll_object_id> ids;
  for (int done = 0; done < count; done += kBatch) {
    ids.clear();
    for (int i = 0; i < kBatch; ++i) {
      const double start = Nanos();
      ids.push_back(client.Put(bytes.data(), bytes.size()));
      if (times != nullptr) times->push_back(Nanos() - start);
    }
    for (const atoll_object_id& id : ids) client.Drop(id);
  }
}

void Creates() {
  Store store(1024 * kMiB);
  Client client(store.socket());
  Process other({"creator", store.socket()});
  other.ReadLine();
  CreateMany(client, kCreates, nullptr);
  const std::string bytes(kSmall, 'x');
  std::vector<char> target(kBatch * kSmall);
  std::vector<double> floor, creates, floor_p999, creates_p999;
  for (int i = 0; i < kRounds; ++i) {
    floor.clear();
    creates.clear();
    for (int n = 0; n < kCreates; ++n) {
      const double start = Nanos();
      memcpy(&target[static_cast<size_t>(n) % kBatch * kSmall], bytes.data(), kSmall);
      asm volatile("" ::: "memory");
      floor.push_back(Nanos() - start);
    }
    CreateMany(client, kCreates, &creates);
    floor_p999.push_back(Quantile(floor, 0.999));
    creates_p999.push_back(Quantile(creates, 0.999));
  }
  Print("memcpy.1KiB.contended", Median(floor_p999), "ns", "p999");
  Print("create_seal.1KiB.contended", Median(creates_p999), "ns", "p999");
}

}  // namespace

// getter SOCKET STORE PLACE: gets the object until it is killed or its input ends.
int GetterRole(const std::vector<std::string>& arguments) {
  Client client(arguments[0]);
  const atoll_object_id id = Id(arguments[1], arguments[2]);
  puts("ready");
  fflush(stdout);
  while (!InputEnded()) GetMany(client, id);
  return 0;
}

int CreatorRole(const std::vector<std::string>& arguments) {
  Client client(arguments[0]);
  puts("ready");
  fflush(stdout);
  while (!InputEnded()) CreateMany(client, kCreates, nullptr);
  return 0;
}

void Contended() {
  HotObject();
  Creates();
}

}  // namespace atollbench
