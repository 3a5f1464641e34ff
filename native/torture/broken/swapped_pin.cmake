# The word is looked at before the pin is there: in between the object may be freed and its bytes be another's.
set(FILE client/client_core.h)
set(FROM [==[    pins_[index].fetch_add(1, std::memory_order_seq_cst);
    const uint64_t word = entries_[index].word.load(std::memory_order_seq_cst);]==])
set(TO [==[    const uint64_t word = entries_[index].word.load(std::memory_order_seq_cst);
    pins_[index].fetch_add(1, std::memory_order_seq_cst);]==])
