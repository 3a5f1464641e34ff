// A disk that takes its time: each read and write of a file takes so much longer, beside the thread that
// counts on it.
#ifndef ATOLL_TESTS_SLOW_DISK_H_
#define ATOLL_TESTS_SLOW_DISK_H_

#include <atomic>
#include <cstdint>

namespace atollstore {

extern std::atomic<uint32_t> slow_read_us;    // each call
extern std::atomic<uint32_t> slow_write_us;   // each mebibyte
extern std::atomic<uint64_t> reads_of_files;  // calls so far

}  // namespace atollstore

#endif  // ATOLL_TESTS_SLOW_DISK_H_
