# The word becomes EXPECTED before the reference is there: who dies in between leaves an entry that nobody frees.
set(FILE directory/entry_pool.cc)
set(FROM [==[      control_.references(me_)[index].fetch_add(1, std::memory_order_seq_cst);
      const uint64_t generation = word.generation() + 1;
      entry.word.store(Word::Of(generation, 0, State::kExpected).With(flags).bits(),
                       std::memory_order_release);]==])
set(TO [==[      const uint64_t generation = word.generation() + 1;
      entry.word.store(Word::Of(generation, 0, State::kExpected).With(flags).bits(),
                       std::memory_order_release);
      control_.references(me_)[index].fetch_add(1, std::memory_order_seq_cst);]==])
