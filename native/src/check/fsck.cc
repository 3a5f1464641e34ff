#include "check/fsck.h"

#include <algorithm>

#include "check/checker.h"
#include "os/sync.h"

namespace atollstore {

std::string FsckReport::Text() const {
  std::string text;
  for (const Finding& finding : findings) text += finding.text + "\n";
  return text;
}

FsckReport Fsck(const Control& control, const os::Mapping& data) { return Checker(control, data).Run(); }

FsckReport FsckLive(const Control& control, const os::Mapping& data) {
  constexpr int kLooks = 8;
  constexpr int64_t kPause = 40'000'000;
  FsckReport report = Fsck(control, data);
  for (int look = 1; look < kLooks && !report.sound(); ++look) {
    std::atomic<uint32_t> nobody_rings{0};
    os::FutexWait(&nobody_rings, 0, os::Deadline::After(kPause));
    FsckReport next = Fsck(control, data);
    const auto seen_before = [&](const Finding& finding) {
      return std::any_of(report.findings.begin(), report.findings.end(), [&](const Finding& old) {
        return old.rule == finding.rule && old.where == finding.where;
      });
    };
    std::erase_if(next.findings, [&](const Finding& finding) { return !seen_before(finding); });
    report = std::move(next);
  }
  return report;
}

}  // namespace atollstore
