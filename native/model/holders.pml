/* Who holds an entry (directory/holders.h). One entry through two generations.
 *
 *   C is its creator (owner in the word: its column is always scanned). It hands a reference to B or not, gives its
 *     own up (freeing by itself what nobody else is named in), and may use the entry again for a second object.
 *   B is any other client: get of a good, guessed or stale id; the reference it was handed. Killed at any step.
 *   S is the server: looks at what is dropped, scans the owner's column and those that holders names; buries B.
 *
 * A client that is not the creator looks at the word: there is such an object. If holders does not name it: touched,
 * then its number. Then slot + 1, then it looks at the word again. Nothing about having entered is remembered.
 *
 * Checked: nothing is freed under a validated pin or reference, and when all have gone nothing is left. Each -D
 * breaks a rule and must be found out:
 *   NO_SECOND_LOOK  the word is not looked at again after the number went in
 *   CACHED          a client remembers that it has registered, beyond the entry's generation
 *   CLEAR_LATE      holders is cleared after the entry is FREE
 *   LOOK_BEFORE     the creator that frees by itself looks at holders only before DYING
 *   BLIND_BURIAL    a burial looks only at the dropped bits of the dead, not at what it touched
 *   TOUCHED_LATE    touched is set after something is in the slot
 *   QUIET_UNDO      a reference that was not validated is taken back without a dropped bit
 *   BLIND_ENTRY     the number goes in before the word was ever looked at
 *
 * With -DMANY others have filled the places: B is a bit in the entry's row, which MANY says is there. Then also:
 *   MANY_IS_ENOUGH  who finds MANY takes itself for named
 */
mtype = { SEALED, DYING, FREEING, FREE };
mtype st = SEALED;
bit by;                       /* whose DYING or FREEING: 0 the server's, 1 the creator's */
byte gen;
bit doomed;
#ifdef MANY
bit many = 1, row;            /* Holders::kMany, set by others; B's bit in the row */
#define named (many && row)
#else
bit named;                    /* B's number in holders */
#endif
bit touched;                  /* B's touched bit for this entry */
byte reference[2], pin[2];
bit dropped[2];
bit using, holds;             /* ghosts of B */
bit msg, acked, sent, kill, doneC, doneB, deadB, buriedB;

inline Validate(g, ok) {
  do
  :: atomic { (gen == g && st == SEALED) -> ok = 1; break }
  :: atomic { (gen == g && st == DYING) -> st = SEALED }
  :: atomic { (gen != g || st == FREEING || st == FREE) -> ok = 0; break }
  od }

inline Name() {
#ifdef MANY
  row = 1; many = 1
#else
  named = 1
#endif
}
inline Unname() {
#ifdef MANY
  many = 0; row = 0
#else
  named = 0
#endif
}

inline Forget() {
#ifdef MANY
  row = 0
#else
  named = 0
#endif
}

/* Enter(): ok = 1 when there is such an object; then whoever takes it away looks at B's slots. */
bit cached;
inline Enter(g, ok) {
#ifndef BLIND_ENTRY
  if
  :: (gen == g && st != FREEING && st != FREE) -> ok = 1
  :: !(gen == g && st != FREEING && st != FREE) -> ok = 0
  fi;
#else
  ok = 1;
#endif
  if
  :: !ok -> skip
#ifdef CACHED
  :: (ok && cached) -> skip
  :: (ok && !cached) ->
#else
#ifdef MANY_IS_ENOUGH
  :: (ok && many) -> skip
  :: (ok && !many) ->
#else
  :: (ok && named) -> skip
  :: (ok && !named) ->
#endif
#endif
#ifndef TOUCHED_LATE
     touched = 1;
#endif
     Name();
     cached = 1
  fi }

inline Get(g, ok) {
  Enter(g, ok);
  if
  :: ok ->
     pin[1]++;
#ifdef TOUCHED_LATE
     touched = 1;
#endif
#ifndef NO_SECOND_LOOK
     Validate(g, ok);
#endif
     if :: ok -> atomic { using = 1; assert(gen == g && st != FREE && st != FREEING) }; using = 0 :: else fi;
     pin[1]--;
     if :: (pin[1] == 0 && doomed) -> dropped[1] = 1 :: else fi
  :: else
  fi }

byte okB;
proctype B() {
  {
    if :: Get(0, okB) :: skip fi;
    if
    :: msg ->
       Enter(0, okB); assert(okB);
       reference[1]++;
       Validate(0, okB); assert(okB);
       holds = 1; acked = 1;
       if :: Get(0, okB) :: skip fi;
       holds = 0; reference[1]--;
       if :: reference[1] == 0 -> dropped[1] = 1 :: else fi
    :: (doneC && !sent) -> skip
    fi;
    if
    :: Get(0, okB)            /* stale by now, perhaps */
    :: Get(1, okB)            /* the second object's id, guessed or found by name */
    :: Enter(0, okB);         /* a stale id looked up and taken */
       if :: !okB -> goto none :: else fi;
       reference[1]++;
       Validate(0, okB);
       if :: okB -> atomic { holds = 1; assert(gen == 0 && st != FREE && st != FREEING) }; holds = 0 :: else fi;
       reference[1]--;
#ifndef QUIET_UNDO
       if :: reference[1] == 0 -> dropped[1] = 1 :: else fi
#else
       if :: (reference[1] == 0 && okB) -> dropped[1] = 1 :: else fi
#endif
    :: skip
    fi;
none:
    doneB = 1
  } unless { kill };
  if :: !doneB -> deadB = 1 :: else fi }

bit mine, seen;
inline GiveByCreator() {
  reference[0]--;
  if
  :: !named ->                /* nobody else has seen it: free it here */
     seen = 0;
     atomic { if :: st == SEALED -> st = DYING; by = 1; mine = 1 :: else -> mine = 0 fi };
     if
     :: mine ->
#ifndef LOOK_BEFORE
        seen = named;
#endif
        if
        :: !seen ->
           atomic { if :: (st == DYING && by == 1) -> st = FREEING :: else -> mine = 0 fi };
           if
           :: mine -> Release()
           :: else -> dropped[0] = 1
           fi
        :: else ->
           atomic { if :: (st == DYING && by == 1) -> st = SEALED :: else fi };
           dropped[0] = 1
        fi
     :: else -> dropped[0] = 1
     fi
  :: named -> dropped[0] = 1
  :: dropped[0] = 1           /* or leave it to the server */
  fi }

inline Release() {            /* FREEING -> FREE */
#ifdef CLEAR_LATE
  atomic { assert(!using && !holds); st = FREE };
  Unname()
#else
  Unname();
  atomic { assert(!using && !holds); st = FREE }
#endif
}

proctype C() {
  if
  :: sent = 1; msg = 1; (acked || (deadB && buriedB))
  :: skip
  fi;
  GiveByCreator();
  if
  :: st == FREE ->            /* the same entry for a second object */
     reference[0] = 1; gen = 1; doomed = 0; st = SEALED;
     GiveByCreator()
  :: skip
  fi;
  doneC = 1 }

proctype Killer() { if :: kill = 1 :: skip fi }

byte refs, pins; bit names, doomedThen;
proctype S() {
  do
  :: (dropped[0] || dropped[1]) ->
     dropped[0] = 0; dropped[1] = 0;
again:
     if
     :: st == SEALED ->
        refs = reference[0]; if :: named -> refs = refs + reference[1] :: else fi;
        if
        :: refs > 0 -> skip
        :: else ->
           atomic { if :: st == SEALED -> st = DYING; by = 0; doomedThen = doomed :: else -> goto again fi };
           names = named;
           refs = reference[0]; pins = pin[0];
           if :: names -> refs = refs + reference[1]; pins = pins + pin[1] :: else fi;
           if
           :: (refs == 0 && pins == 0) ->
              atomic { if :: (st == DYING && by == 0) -> st = FREEING :: else -> goto again2 fi };
              Release()
           :: (refs == 0 && pins > 0 && !doomedThen) ->
              atomic { if :: (st == DYING && by == 0) -> st = SEALED; doomed = 1 :: else -> goto again2 fi };
              goto again
           :: else ->
              atomic { if :: (st == DYING && by == 0) -> st = SEALED :: else -> goto again2 fi }
           fi
        fi
     :: st == DYING ->
again2: atomic { if :: (st == DYING && by == 0) -> st = SEALED :: else fi };
        if :: (st == DYING && by == 1) -> dropped[0] = 1 :: else -> goto again fi
     :: else -> skip
     fi
  :: atomic { (deadB && !buriedB) -> holds = 0; using = 0 };
#ifndef BLIND_BURIAL
     if :: (touched && named) -> Forget(); dropped[0] = 1 :: else fi;
#else
     dropped[0] = dropped[0] || dropped[1];
#endif
     reference[1] = 0; pin[1] = 0;
     buriedB = 1
  :: (doneC && (doneB || buriedB) && !dropped[0] && !dropped[1]) ->
     assert(st == FREE); break
  od }

init { atomic { reference[0] = 1; run C(); run B(); run S(); run Killer() } }
