/* The bytes of one object that the server moves to another block, there and back (Sweeper::Move, Mover).
 *
 *   R gets the object, looks at it, releases it, as often as it likes.
 *   C is its creator: it gives up the only reference, and frees the object itself when nothing holds it.
 *   S moves it, frees what is left to it. It may be killed at any step; the next life goes on with what it finds.
 *
 * Places are 1 and 2. A move pins; makes a block at the other place and copies; SEALED -> DYING; looks at the pins;
 * -> MOVING; the entry's block is the new one; the old one is freed; the offset is the new one; -> SEALED. So as long as
 * the offset is the old one, it tells which block there may be besides the entry's.
 *
 * The word is the same after a move as before. A reader whose pin came too late for the look at the pins may find it so;
 * what it reads of the entry after that is of after the move.
 *
 * Checked: whoever has a validated view finds the bytes there until it releases, nobody waits for ever (an end that is
 * none), the object is never taken for gone, and in the end one block is its, or none. Each -D breaks a rule and must be
 * found out:
 *   LOOK_BEFORE       the server looks at the pins before DYING
 *   NO_SECOND_CAS     it does not look whether somebody put the word back since
 *   OFFSET_FIRST      the offset is changed before the block: nothing tells of the old block
 *   FREE_LATE         the old block is freed after SEALED: nothing tells of it then
 *   FREE_FIRST        the old block is freed before the entry's block is the new one
 *   NO_WAIT           a reader takes MOVING for gone
 *   OFFSET_EARLY      a reader reads the offset before it has looked at the word again
 *   FORGET_WAITED     a move ends without looking for who waits
 *   SILENT_TAKEOVER   the next life of the server does not ring all bells
 *   ROLL_BACK         the next life puts the entry back to its old place, wherever the move was
 *   FREE_UNPINNED     the creator that frees does not look at the server's pin: the copy is of a freed block
 */
mtype = { SEALED, DYING, MOVING, FREEING, FREE };
mtype st = SEALED;                  /* Word::state(); DYING only ever was SEALED here */
bit by, waited;                     /* DYING or FREEING by the creator; Word::kWaited */
byte pin, pinS, reference = 1;      /* of R, of the server; of C */
byte block = 1, offset = 1;         /* of the entry */
bit word[3], whole[3];              /* the block's word names the entry; ghost: its bytes are the object's */
bit dropped, slot, rung, kill, doneC, doneR;
byte moves = 2;

proctype R() {
  byte at, gets = 2;
  do
  :: gets > 0 ->
     gets--;
     pin++;
     do
#ifdef OFFSET_EARLY
     :: at = offset; if :: st == SEALED -> break :: else -> skip fi
#else
     :: st == SEALED -> at = offset; break               /* the second look, then Describe() */
#endif
     :: atomic { st == DYING -> st = SEALED }            /* Validate() */
     :: (st == FREEING || st == FREE) -> at = 0; break
     :: st == MOVING ->
#ifdef NO_WAIT
        assert(false);                                   /* NOT_FOUND, of an object that is there */
#endif
        rung = 0;
        slot = 1;                                        /* SetWait */
        atomic { if :: st == MOVING -> waited = 1 :: else fi };
        if :: st == MOVING -> rung :: else fi
     od;
     if
     :: at != 0 -> assert(whole[at]); assert(whole[at])  /* now, and later */
     :: else
     fi;
     pin--;
     if :: pin == 0 -> dropped = 1 :: else fi
  :: break
  od;
  doneR = 1 }

inline FreeBlock() { word[block] = 0; whole[block] = 0; block = 0 }

proctype C() {
  reference = 0;
  if
  :: atomic { st == SEALED -> st = DYING; by = 1 };      /* FreeUnseen */
     if
#ifdef FREE_UNPINNED
     :: pin == 0 ->
#else
     :: (pin == 0 && pinS == 0) ->
#endif
        if
        :: atomic { (st == DYING && by) -> st = FREEING };
           FreeBlock();
           st = FREE; by = 0
        :: !(st == DYING && by) -> dropped = 1
        fi
     :: else ->
        atomic { if :: (st == DYING && by) -> st = SEALED; by = 0 :: else fi };
        dropped = 1
     fi
  :: dropped = 1
  fi;
  doneC = 1 }

byte from, to, pins;
bit sawWaited;
inline Ring() { if :: slot -> slot = 0; rung = 1 :: else fi }
inline PutBack() { atomic { if :: (st == DYING && !by) -> st = SEALED :: else fi } }
inline Abandon() { word[to] = 0; whole[to] = 0 }

inline Move() {
  pinS++;
  do
  :: st == SEALED -> from = block; break
  :: atomic { st == DYING -> st = SEALED; by = 0 }
  :: (st == FREEING || st == FREE) -> from = 0; break
  od;
  if
  :: from != 0 ->
     to = 3 - from;
     word[to] = 1;
     assert(whole[from]);
     whole[to] = 1;
     assert(whole[from]);                                /* the last byte of the copy, too */
#ifdef LOOK_BEFORE
     pins = pin;
#endif
     if
     :: atomic { st == SEALED -> st = DYING; by = 0 };
#ifndef LOOK_BEFORE
        pins = pin;
#endif
        if
        :: pins > 0 -> PutBack(); Abandon()
        :: else ->
           if
#ifdef NO_SECOND_CAS
           :: st = MOVING;
#else
           :: atomic { (st == DYING && !by) -> st = MOVING };
#endif
#ifdef OFFSET_FIRST
              offset = to; block = to; word[from] = 0; whole[from] = 0;
#else
#ifdef FREE_FIRST
              word[from] = 0; whole[from] = 0; block = to; offset = to;
#else
              block = to;
#ifndef FREE_LATE
              word[from] = 0; whole[from] = 0;
#endif
              offset = to;
#endif
#endif
              atomic { st = SEALED; sawWaited = waited; waited = 0 };
#ifdef FREE_LATE
              word[from] = 0; whole[from] = 0;
#endif
#ifndef FORGET_WAITED
              if :: sawWaited -> Ring() :: else fi
#endif
           :: !(st == DYING && !by) -> Abandon()
           fi
        fi
     :: st != SEALED -> Abandon()
     fi
  :: else
  fi;
  pinS--;
  if :: reference == 0 -> dropped = 1 :: else fi }       /* DOOMED */

inline Life() {
  do
  :: moves > 0 -> moves--; Move()
  :: dropped ->                                          /* Consider */
     dropped = 0;
     if
     :: atomic { (st == SEALED && reference == 0) -> st = DYING; by = 0 };
        pins = pin + pinS;
        if
        :: pins > 0 -> PutBack()                         /* DOOMED: who leaves says so */
        :: else ->
           if
           :: atomic { (st == DYING && !by) -> st = FREEING };
              FreeBlock();
              st = FREE
           :: !(st == DYING && !by) -> dropped = 1
           fi
        fi
     :: atomic { st == DYING -> st = SEALED; by = 0; dropped = 1 }
     :: else -> skip
     fi
  :: (doneC && doneR && !dropped && moves == 0) -> break
  od }

proctype S() {
  { Life() } unless { kill };
  if
  :: kill ->
     if                                                  /* SettleEntries */
     :: atomic { (st == DYING && !by) -> st = SEALED }
     :: (st == FREEING && !by) -> if :: block != 0 -> FreeBlock() :: else fi; st = FREE
     :: st == MOVING ->
#ifdef ROLL_BACK
        word[3 - offset] = 0; whole[3 - offset] = 0; block = offset;
#else
        if
        :: block != offset -> word[offset] = 0; whole[offset] = 0; offset = block
        :: else
        fi;
#endif
        st = SEALED; waited = 0
     :: else
     fi;
     pinS = 0;
     /* What is not the entry's in an extent of the last life's own goes with the extent. */
     atomic { if :: (to != 0 && block != to) -> Abandon() :: else fi };
     dropped = 1;
#ifndef SILENT_TAKEOVER
     rung = 1;
#endif
     Life()
  :: else
  fi;
  assert(st == FREE && !word[1] && !word[2] && block == 0) }

proctype Killer() { if :: kill = 1 :: skip fi }

init { atomic { word[1] = 1; whole[1] = 1; run R(); run C(); run S(); run Killer() } }
