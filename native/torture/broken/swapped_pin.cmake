# The word is looked at before the pin is there: in between the object may be freed and its bytes be another's.
set(FILE client/client_core.h)
set(FROM [==[    pins_[index].fetch_add(1, std::memory_order_seq_cst);
    if (entry.word.load(std::memory_order_seq_cst) != before) [[unlikely]]
      return PinChanged(index, generation);]==])
set(TO [==[    if (entry.word.load(std::memory_order_seq_cst) != before) [[unlikely]]
      return PinSlowly(index, generation);
    pins_[index].fetch_add(1, std::memory_order_seq_cst);]==])
# Whether the block is still the object's is looked at after the pin: with that, only a server that is stopped between its
# second look and freeing the block would show the swap.
set(FROM_2 [==[    if (!location.Fits(bound) || bound.block - 1 >= block_words_) [[unlikely]]
      return Corrupt(index);
    if (control_.block_word(bound.block - 1).load(std::memory_order_relaxed) != place) [[unlikely]]
      return Corrupt(index);]==])
set(TO_2 "")
