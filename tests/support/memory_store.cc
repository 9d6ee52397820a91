#include "tests/support/memory_store.h"

#include "engine/base/status.h"
#include "engine/store/notification_fields.h"

namespace tocsin::testing {

absl::Status MemoryStore::Load(store::Loader* loader) {
  std::uint64_t size = 0;
  for (const store::Image& image : disk_.images) size += image.customers.size();
  for (const auto& [first_step, entries] : disk_.entries) size += entries.size();
  absl::Status status = loader->Size(size);
  if (status.ok()) status = loader->LastInstant(disk_.last_instant);
  for (const auto& [at, ids] : disk_.fact_ids) {
    if (status.ok()) status = loader->FactIds(at, ids);
  }
  for (const auto& [source, offset] : disk_.positions) {
    if (status.ok()) status = loader->APosition({.source = source, .offset = offset});
  }
  for (const auto& [number, bytes] : disk_.waiting) {
    store::Reader reader(bytes);
    store::Waiting waiting{.number = number, .notification = reader.Next<Notification>()};
    if (!reader.AtEnd()) return absl::DataLossError("a notification cannot be read back");
    if (status.ok()) status = loader->AWaiting(std::move(waiting));
  }
  disk_.next_images.clear();
  if (status.ok() && disk_.checkpoint.has_value()) {
    status = loader->ACheckpoint(*disk_.checkpoint);
  }
  for (const store::Image& image : disk_.images) {
    if (status.ok()) status = loader->AnImage(image);
  }
  for (const auto& [first_step, entries] : disk_.entries) {
    if (status.ok()) status = loader->Entries(first_step, entries);
  }
  return status;
}

absl::Status MemoryStore::Commit(const store::Transaction& transaction) {
  if (disk_.off) return MakeStatus(Reason::kStoreFailed, "the disk is off");
  if (!transaction.entries.empty()) {
    disk_.entries.emplace_back(transaction.first_step, transaction.entries);
  }
  if (transaction.begins_checkpoint) disk_.next_images.clear();
  for (const store::Image& image : transaction.images) {
    disk_.next_images.push_back(image);
  }
  if (transaction.checkpoint.has_value()) {
    disk_.images_beside_checkpoint += transaction.images.size();
    disk_.checkpoint = transaction.checkpoint;
    disk_.images = std::exchange(disk_.next_images, {});
    // The last one that begins at the step or before it may go on behind it.
    const std::uint64_t needed = transaction.checkpoint->step + 1;
    while (disk_.entries.size() > 1 && disk_.entries[1].first <= needed) {
      disk_.entries.erase(disk_.entries.begin());
    }
  }
  for (const Position& position : transaction.positions) {
    disk_.positions[position.source] = position.offset;
  }
  for (const store::Waiting& waiting : transaction.decided) {
    store::Writer write(&disk_.waiting[waiting.number]);
    write(waiting.notification);
  }
  for (const std::uint64_t number : transaction.taken) disk_.waiting.erase(number);
  for (store::HistoryRow row : transaction.history) {
    row.number = disk_.history.size() + 1;
    disk_.history.push_back(std::move(row));
  }
  if (!transaction.fact_ids.empty()) {
    disk_.fact_ids.emplace_back(transaction.last_instant, transaction.fact_ids);
  }
  for (Receipt receipt : transaction.receipts) {
    receipt.at = transaction.last_instant;
    disk_.receipts.push_back(std::move(receipt));
  }
  disk_.last_instant = transaction.last_instant;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<store::HistoryRow>> MemoryStore::History(
    const store::HistoryQuery& query) {
  std::vector<store::HistoryRow> rows;
  for (const store::HistoryRow& row : disk_.history) {
    const bool wanted = row.number > query.range.after && row.alert == query.alert &&
                        (row.customer.is_nil() || row.customer == query.customer) &&
                        row.at >= query.range.from && row.at < query.range.to;
    if (wanted && rows.size() < query.range.limit) rows.push_back(row);
  }
  return rows;
}

absl::StatusOr<std::vector<Receipt>> MemoryStore::Receipts(absl::Time from) {
  std::vector<Receipt> receipts;
  for (const Receipt& receipt : disk_.receipts) {
    if (receipt.at >= from) receipts.push_back(receipt);
  }
  return receipts;
}

}  // namespace tocsin::testing
