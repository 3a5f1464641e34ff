# The word is looked at before the pin is there: in between the object may be freed and its bytes be another's.
set(FILE client/client_core.h)
set(FROM [==[    pins_[index].fetch_add(1, std::memory_order_seq_cst);
    if (entry.word.load(std::memory_order_seq_cst) != before) [[unlikely]]
      return PinChanged(index, generation);]==])
set(TO [==[    if (entry.word.load(std::memory_order_seq_cst) != before) [[unlikely]]
      return PinSlowly(index, generation);
    pins_[index].fetch_add(1, std::memory_order_seq_cst);]==])
