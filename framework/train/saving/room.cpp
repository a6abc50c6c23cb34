#include "train/saving/room.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

namespace folio::train {

Room::Room(std::size_t bytes) : bytes_(std::max<std::size_t>(bytes, 1)) {
  void* const mapped = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  data_ = static_cast<char*>(mapped);
  ::madvise(data_, bytes_, MADV_HUGEPAGE);
}

Room::~Room() { ::munmap(data_, bytes_); }

void Room::lend() { ::madvise(data_, bytes_, MADV_FREE); }

void Room::touch(const std::stop_token& stop) {
  constexpr std::size_t kSmallestPage = 4096;
  for (std::size_t at = 0; at < bytes_ && !stop.stop_requested(); at += kSmallestPage)
    *static_cast<volatile char*>(data_ + at) = 0;
}

void SpareRoom::prepare(std::size_t bytes) {
  preparing_ = std::jthread([this, bytes](const std::stop_token& stop) {
    give_way_to_training();
    try {
      auto room = std::make_unique<Room>(bytes);
      room->touch(stop);
      keep(std::move(room));
    } catch (const std::bad_alloc&) {
      return;  // what is to be saved then finds none either, and says so
    }
  });
}

std::unique_ptr<Room> SpareRoom::take(std::size_t bytes) {
  std::unique_ptr<Room> room;
  if (preparing_.joinable()) preparing_.join();
  {
    const std::lock_guard lock(mutex_);
    room = std::move(room_);
  }
  if (room && room->bytes() >= bytes) return room;
  room.reset();  // before the next one is made
  return std::make_unique<Room>(bytes);
}

void SpareRoom::keep(std::unique_ptr<Room> room) {
  if (room) room->lend();
  const std::lock_guard lock(mutex_);
  room_ = std::move(room);
}

void SpareRoom::clear() {
  preparing_ = {};  // stops it
  keep(nullptr);
}

double SpareRoom::bytes() const {
  const std::lock_guard lock(mutex_);
  return room_ ? static_cast<double>(room_->bytes()) : 0;
}

void give_way_to_training() {
  constexpr int kLowest = 19;
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kLowest);  // of this thread, in Linux
}

}  // namespace folio::train
