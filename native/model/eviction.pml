/* The bytes of one referenced object that comes and goes between memory and disk: who may take them, and who waits
 * for them (Sweeper::Evict, Spiller, ClientCore::AwaitServer, ServerCore's recovery).
 *
 *   Client 0 and 1 get the object, look at it, release it. Client 1 may be killed at any step.
 *   S evicts it at any time, restores it when somebody wants it, buries client 1. It may be killed at any step; the
 *   next life of the server goes on with what it finds.
 *
 * Checked: no bytes are taken from under a validated pin, and nobody waits for ever (an end that is none). Each -D
 * below breaks one rule of the protocol, and must be found out (see check):
 *   NO_SCAN            the server takes the bytes without looking at the pins
 *   NO_SECOND_CAS      it does not look whether somebody put the word back since
 *   UNPIN_WAITING      a getter waits without its pin, which is what says that the object is wanted
 *   FORGET_WAITED      a restore ends without looking for who waits
 *   SILENT_TAKEOVER    the next life of the server does not ring all bells
 *   TRUST_RESTORING    the next life of the server takes half-restored bytes for whole
 */
mtype = { SEALED, DYING, SPILLED, RESTORING };
mtype st = SEALED;                  /* Word::state(); DYING only ever was SEALED here */
bit waited;                         /* Word::kWaited */
byte pin[2];                        /* the columns */
bit dropped[2], slot[2], rung[2];   /* dropped bitmaps, wait slots, bells since they were last read */
bit whole = 1, block = 1;           /* ghosts: the block holds the bytes; there is a block */
bit using[2], done[2];              /* ghosts: a validated view; the getter has ended */
bit dead, buried, kill, crash, restarted;
byte evictions = 2;

#define ON_DISK (st == SPILLED || st == RESTORING)

proctype Client(byte me) {
  {
    pin[me]++;
    do
    :: atomic { st == SEALED -> using[me] = 1; break }                 /* Validate */
    :: atomic { st == DYING -> st = SEALED }
    :: ON_DISK ->                                                      /* AwaitServer */
#ifdef UNPIN_WAITING
       pin[me]--;
#endif
       rung[me] = 0;
       slot[me] = 1;                                                   /* SetWait */
       atomic { if :: ON_DISK -> waited = 1 :: else fi };
       if
       :: st == SPILLED -> dropped[me] = 1; rung[me]
       :: st == RESTORING -> rung[me]
       :: else
       fi;
#ifdef UNPIN_WAITING
       pin[me]++
#endif
    od;
    assert(block && whole);
    using[me] = 0;
    pin[me]--;
    done[me] = 1
  } unless { (kill && me == 1) };
  if :: !done[me] -> atomic { using[me] = 0; dead = 1 } :: else fi }

byte pins;
bit sawWaited;
inline Scan() { pins = pin[0]; pins = pins + pin[1] }
inline Ring(me) { if :: slot[me] -> slot[me] = 0; rung[me] = 1 :: else fi }

inline Life() {
  do
  :: evictions > 0 ->                                                  /* Evict;    the file is written */
     evictions--;
     if
     :: atomic { st == SEALED -> st = DYING };
#ifdef NO_SCAN
        pins = 0;
#else
        Scan();
#endif
        if
        :: pins > 0 -> atomic { if :: st == DYING -> st = SEALED :: else fi }
        :: else ->
#ifdef NO_SECOND_CAS
           st = SPILLED;
           atomic { assert(!using[0] && !using[1]); block = 0; whole = 0 }
#else
           if
           :: atomic { st == DYING -> st = SPILLED };
              atomic { assert(!using[0] && !using[1]); block = 0; whole = 0 }
           :: st != DYING -> skip
           fi
#endif
        fi
     :: st != SEALED -> skip
     fi
  :: (dropped[0] || dropped[1]) ->                                     /* Consider, Restore */
     dropped[0] = 0; dropped[1] = 0;
     if
     :: st == DYING -> atomic { if :: st == DYING -> st = SEALED :: else fi }
     :: st == SPILLED ->
        Scan();
        if
        :: pins > 0 ->
           st = RESTORING;
           block = 1;
           whole = 1;
           atomic { st = SEALED; sawWaited = waited; waited = 0 };     /* Restored  */
#ifndef FORGET_WAITED
           if :: sawWaited -> Ring(0); Ring(1) :: else fi
#endif
        :: else
        fi
     :: else
     fi
  :: (dead && !buried) -> pin[1] = 0; dropped[0] = 1; buried = 1       /* BuryNow */
  :: (done[0] && (done[1] || buried) && !dropped[0] && !dropped[1] && evictions == 0) -> break
  od }

proctype S() {
  { Life() } unless { crash };
  if
  :: crash ->                                                          /* recovery, then the next life */
     if
     :: st == DYING -> atomic { if :: st == DYING -> st = SEALED :: else fi }
#ifdef TRUST_RESTORING
     :: st == RESTORING -> st = SEALED
#else
     :: st == RESTORING -> st = SPILLED; atomic { block = 0; whole = 0 }
#endif
     :: st == SPILLED -> atomic { block = 0; whole = 0 }
     :: else
     fi;
     dropped[0] = 1;
#ifndef SILENT_TAKEOVER
     rung[0] = 1; rung[1] = 1;
#endif
     restarted = 1;
     Life()
  :: else
  fi }

proctype Killer() {
  if :: kill = 1 :: skip fi;
  if :: crash = 1 :: skip fi }

init { atomic { run Client(0); run Client(1); run S(); run Killer() } }
