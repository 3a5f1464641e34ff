/* Who runs a task, and whether it still has a value: the claim word of its result (Claim, Cancelling, Orders, Run).
 *
 *   S the scheduler: claims the task for a worker and sends it, to be run or ahead, takes it back, buries a worker that has
 *     died.
 *   W1, W2 workers: begin what they are sent, or what is ahead there when they get to it; give it back, fail so that it is to
 *     be run again, or end it. W1 may be killed at any step.
 *   H a thread of W1 that would have to wait for the task, and runs it when nobody has it or has begun it.
 *   C somebody who has the ref, and cancels.
 *
 * Checked: the task never runs twice at a time, nor again once its result is there, nor, without retries, once it was begun;
 * what is ahead and not begun is run elsewhere when its worker dies, without retries too;
 * a helper, whose copy of the call is the first, never runs a later run; its result comes in the end; and it is a value
 * only if C was told that it was too late. Each -D breaks a rule and must be found out:
 *   NO_SETTLE      who stores a value does not mark the word before
 *   BLIND_UNCLAIM  the word of a dead worker is cleared, with the mark of who has cancelled
 *   BLIND_MARK     who cancels does not look whether the result is just being stored
 *   MARK_IS_HELP   the scheduler takes a marked word that nobody has for that of a helper
 *   BLIND_FULL     a task that its worker cannot take is given back with its mark
 *   OPEN_RETRY     a task that failed and is run again is anybody's to take
 *   NO_LOOK        a burial does not look whether the result is there
 *   RERUN_ONCE     a burial runs again what may be begun only once
 *   BLIND_BEGIN    a worker begins what is ahead there without a look at the word
 *   BLIND_RECALL   what is ahead is taken back without a look whether it has been begun
 *   BLIND_AHEAD    what is ahead is taken back with the mark of who has cancelled
 */
#define NOBODY 0
#define W1 1
#define W2 2
#define CC 3
#define RESERVED 4

mtype = { NONE, VALUE, CANCELLED, FAILED };
mtype obj = NONE;

byte client = NOBODY;           /* the claim word: whose, */
bit cancelled, ending, ahead;   /* and its marks */

bit ring[3];                    /* RUN on its way to a worker */
bit behind[3];                  /* the task lies there, to be begun later */
bit returned, retry, cancel;    /* messages to the scheduler */
byte runner;                    /* who is within the function */
bit once, begun;                /* it has no retries; it was begun */
bit retried, isFull, gaveBack, wentAhead;    /* each happens once */
bit told;                       /* C: true */
bit kill, buried, over;

inline seal(what) { atomic { if :: obj == NONE -> obj = what :: else -> skip fi } }

inline Begin(me, mayReturn) {
  /* the first look at the mark, by who has it */
  atomic { seen = cancelled };
  if
  :: seen -> seal(CANCELLED)
  :: (!seen && mayReturn && !gaveBack) -> gaveBack = 1; returned = 1
  :: !seen ->
     atomic { assert(runner == 0); assert(obj == NONE); assert(!(once && begun)); runner = me; begun = 1 };
     runner = 0;
     if
     :: (!once && !retried && !cancelled) -> atomic { retried = 1; retry = 1 }
     :: true ->
#ifdef NO_SETTLE
        atomic { ok = !cancelled };
#else
        atomic { if :: (client == me && !cancelled && !ending) -> ending = 1; ok = 1 :: else -> ok = 0 fi };
#endif
        if :: ok -> seal(VALUE) :: else -> seal(CANCELLED) fi
     fi
  fi }

proctype Worker(byte me) {
  bit seen, ok;
  {
    do
    :: atomic { ring[me] -> ring[me] = 0 }; Begin(me, 1)
    :: behind[me] ->                    /* what it was behind has ended */
       behind[me] = 0;
#ifdef BLIND_BEGIN
       ahead = 0; ok = 1;
#else
       atomic { if :: (client == me && ahead) -> ahead = 0; ok = 1 :: else -> ok = 0 fi };
#endif
       if :: ok -> Begin(me, 0) :: else -> skip fi
    :: over -> break
    od
  } unless { (kill && me == W1) } }

proctype Helper() {
  bit seen, ok;
  {
    if
    :: atomic { (client == NOBODY && !once) -> assert(!retried); client = W1 }; Begin(W1, 0)
    :: atomic { (ahead && !cancelled && !once) -> assert(!retried); client = W1; ahead = 0 }; Begin(W1, 0)
    :: over -> skip
    fi
  } unless { kill } }

proctype C() {
  byte whose;
  bit saw;
  do
  :: obj != NONE -> break
  :: obj == NONE ->
     atomic { whose = client; saw = ending };
     if
     :: whose == NOBODY ->
        if
        :: atomic { client == NOBODY -> client = CC; cancelled = 1 }; told = 1; seal(CANCELLED); break
        :: client != NOBODY -> skip
        fi
     :: (whose != NOBODY && saw) -> break
     :: (whose != NOBODY && !saw) ->
        if
#ifdef BLIND_MARK
        :: true -> cancelled = 1; told = 1; cancel = 1; break
#else
        :: atomic { (client == whose && !ending) -> cancelled = 1 }; told = 1; cancel = 1; break
        :: (client != whose || ending) -> skip
#endif
        fi
     fi
  od }

inline unclaim() {
#ifdef BLIND_UNCLAIM
  atomic { client = free; cancelled = 0; ending = 0 };
  queued = 1
#else
  atomic { if :: cancelled -> ok = 0 :: else -> client = free; ending = 0; ok = 1 fi };
  if :: ok -> queued = 1 :: else -> seal(CANCELLED) fi
#endif
}

inline recall() {
  /* ok: it is nobody's */
#ifdef BLIND_RECALL
  atomic { client = free; ahead = 0; ok = 1 };
  queued = 1
#else
#ifdef BLIND_AHEAD
  atomic { if :: ahead -> client = free; cancelled = 0; ahead = 0; ok = 1 :: else -> ok = 0 fi };
#else
  atomic { if :: ahead -> client = (cancelled -> RESERVED : free); ahead = 0; ok = 1 :: else -> ok = 0 fi };
#endif
  if :: ok -> queued = 1 :: else -> skip fi
#endif
}

proctype S() {
  bit queued = 1, ok, isAhead;
  byte free = NOBODY, to;
  do
  :: obj != NONE -> over = 1; break
#ifdef NO_LOOK
  :: queued ->
#else
  :: (queued && obj == NONE) ->
#endif
     if :: !buried -> to = W1 :: true -> to = W2 fi;
     if :: (free == NOBODY && !wentAhead) -> isAhead = 1 :: isAhead = 0 fi;  /* not what only who is sent it may run */
     atomic { if :: (client == free && !cancelled) -> client = to; ahead = isAhead; ok = 1 :: else -> ok = 0; isAhead = 0 fi };
     if
     :: (ok && isAhead) -> behind[to] = 1; wentAhead = 1; queued = 0
     :: (ok && !isAhead && isFull) -> ring[to] = 1; queued = 0
     :: (ok && !isAhead && !isFull) ->   /* it takes none now, this once */
        isFull = 1;
#ifdef BLIND_FULL
        atomic { client = free; cancelled = 0 }
#else
        atomic { if :: (client == to && !cancelled) -> client = free :: else -> client = RESERVED; ok = 0 fi };
        if :: !ok -> seal(CANCELLED) :: else -> skip fi
#endif
#ifndef MARK_IS_HELP
     :: (!ok && cancelled && (client == NOBODY || client == RESERVED)) -> seal(CANCELLED); queued = 0
     :: (!ok && !(cancelled && (client == NOBODY || client == RESERVED))) -> queued = 0
#else
     :: !ok -> queued = 0
#endif
     fi
  :: (isAhead && obj == NONE) -> isAhead = 0; recall()
  :: (returned && obj == NONE) -> returned = 0; unclaim()
  :: (retry && obj == NONE) ->
     retry = 0;
#ifndef OPEN_RETRY
     free = RESERVED;
#endif
     unclaim()
#ifndef MARK_IS_HELP
  :: (cancel && obj == NONE) ->
     cancel = 0;
     atomic { cancelled = cancelled || !ending; ok = (client == NOBODY || client == RESERVED) };
     if :: ok -> seal(CANCELLED); queued = 0 :: else -> skip fi
#endif
  :: (kill && !buried && !returned && !retry) ->    /* its ring is read to the end first */
     buried = 1;
     ring[W1] = 0;
     if :: (obj == NONE && client == W1) -> recall() :: else -> skip fi;  /* not charged; what lies there dies with it */
     behind[W1] = 0; isAhead = 0;
     if
#ifdef NO_LOOK
     :: client == W1 ->
#else
     :: (obj == NONE && client == W1) ->
#endif
#ifndef RERUN_ONCE
        if
        :: (once && begun) ->
           atomic { if :: cancelled -> ok = 0 :: else -> ending = 1; ok = 1 fi };
           if :: ok -> seal(FAILED) :: else -> seal(CANCELLED) fi
        :: else -> unclaim()
        fi
#else
        unclaim()
#endif
     :: else -> skip
     fi
  od;
  assert(!(told && obj != CANCELLED)) }

proctype Killer() {
  if
  :: atomic { kill = 1; if :: runner == W1 -> runner = 0 :: else -> skip fi }
  :: skip
  fi }

init {
  atomic {
    if :: once = 1 :: once = 0 fi;
    run Worker(W1); run Worker(W2); run Helper(); run C(); run S(); run Killer()
  } }
