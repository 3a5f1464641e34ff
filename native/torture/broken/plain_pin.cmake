# A pin that is a plain store: it may still be in this CPU's store buffer when the server has scanned the slots.
set(FILE client/client_core.h)
set(FROM [==[    pins_[index].fetch_add(1, std::memory_order_seq_cst);
    if (entry.word]==])
set(TO [==[    pins_[index].store(pins_[index].load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (entry.word]==])
