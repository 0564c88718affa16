/* Lock: unlock by a plain store, waiters in a bucket, an heir that spins and others that spin beside it, hand-over to
 * the impatient, time-outs, a sleeper whose wake-up a holder leaves to its unlock.
 * The store that frees the lock waits in a buffer of its thread until memory takes it, or until that thread, or
 * somebody's heavy fence, flushes it. Everything else that is written is an atomic instruction, or written before one
 * that matters. A waiter's own word is a plain wait for news: the bucket, not the futex, is what is looked at here. */
/* faults: NO_HEAVY_FENCE NO_LOOK_AFTER_THE_STORE NO_LAST_TRY QUIET_UNDER_SLEEPERS CALM_UNFENCED CALM_UNSEEN HEIR_UNTIL_LISTED LOSES_THE_HANDOVER LOSES_THE_WAKE STAYS_LISTED NO_FENCE_AFTER_A_HOLDER SETTLES_TOO_EARLY FENCE_TOO_EARLY MODE_OF_BEFORE HEIR_OF_BEFORE HEIR_OF_A_BUSY_ONE SETTLES_UNDER_IMPATIENT IMPATIENT_UNSEEN */
#define N 3
#define ROUNDS 2

#define busy 0
#define calm 1
#define quiet 2

#define nothing 0
#define try_again 1
#define yours 2

#define times_out(me) (me == 0)
#define gets_impatient(me) (me == 1)
#define defers_a_wake(me) (me == 2 && rounds == 0)

bool held = false;
bool freeing[N];      /* held = false, in the store buffer */
byte mode = quiet;
bool known_busy = true;
bool deferred = false; /* a wake-up, to the unlock */
bool heir = false;
bool bucket = false;  /* its lock */
bool listed[N];
bool impatient[N];
bool made_heir[N];
byte news[N];
byte inside = 0;
byte ended = 0;

#define somebody (listed[0] || listed[1] || listed[2])

#define FLUSH(who) if :: freeing[who] -> freeing[who] = false; held = false :: else fi

inline take() {
  atomic { FLUSH(me); got = !held; held = true }
}

inline lock_bucket() {
  atomic { !bucket -> bucket = true; FLUSH(me) }
}

#define somebody_impatient (impatient[0] || impatient[1] || impatient[2])

inline settle() {
  if
#ifdef SETTLES_TOO_EARLY
  :: !somebody_impatient -> settle_now()
#elif defined(SETTLES_UNDER_IMPATIENT)
  :: !deferred -> settle_now()
#else
  :: !somebody_impatient && !deferred -> settle_now()
#endif
  :: else
  fi
}

inline settle_now() {
#ifdef QUIET_UNDER_SLEEPERS
  mode = quiet
#else
  mode = (somebody -> calm : quiet)
#endif
}

inline settle_unless_known() { if :: !known_busy -> settle() :: else fi }

inline become_busy() { if :: mode != busy -> mode = busy; known_busy = false :: else fi }

/* Any, where the list takes the first: who it is matters for fairness only. */
inline take_out(wanted) {
  one = N;
  if
  :: listed[0] && (!wanted || impatient[0]) -> one = 0
  :: listed[1] && (!wanted || impatient[1]) -> one = 1
  :: listed[2] && (!wanted || impatient[2]) -> one = 2
  :: !((listed[0] && (!wanted || impatient[0])) || (listed[1] && (!wanted || impatient[1])) ||
       (listed[2] && (!wanted || impatient[2]))) -> skip
  fi;
  if :: one < N -> listed[one] = false; impatient[one] = false :: else fi
}

inline wake_one() {
  lock_bucket();
  atomic {
    take_out(false);
    if :: one < N -> made_heir[one] = !heir; heir = true :: else fi;
    if :: mode == calm -> settle() :: else fi;
    bucket = false
  };
  if :: one < N -> news[one] = try_again :: else fi; one = 0
}

inline hand_over() {
  lock_bucket();
  atomic { take_out(true); settle_unless_known(); bucket = false };
  done = (one < N);
  if :: one < N -> news[one] = yours :: else fi; one = 0
}

inline defer_a_wake() {
  lock_bucket();
  atomic {
    deferred = true;
    become_busy();
    bucket = false
  }
}

/* Who is the heir may be late: then the next is woken too. */
inline wake_one_unless_heir_is_coming() {
#ifdef LOSES_THE_WAKE
  skip
#else
  if
  :: heir
  :: true -> wake_one()
  fi
#endif
}

inline unlock_where_busy() {
  done = false;
  if
  :: deferred ->
    lock_bucket();
    atomic { deferred = false; settle_unless_known(); bucket = false }
  :: else
  fi;
  if
  :: somebody_impatient -> hand_over()
  :: true /* the count is read late */
  fi;
  if
  :: done
  :: !done ->
    atomic { FLUSH(me); held = false };
    if
    :: atomic { !somebody -> skip }
    :: atomic { somebody -> skip }; wake_one_unless_heir_is_coming()
    fi;
    if
    :: lock_bucket(); atomic { settle(); bucket = false }
    :: true
    fi
  fi
}

/* The freeing store may still be in the buffer. */
inline look_after_the_store() {
  if
#ifdef HEIR_OF_BEFORE
  :: heir -> if :: mode != busy :: mode == busy -> wake_one() fi
  :: !heir -> wake_one()
#else
  :: mode == quiet
  :: mode != quiet ->
    if
#ifdef CALM_UNSEEN
    :: mode == calm
#else
    :: mode == calm -> wake_one_unless_heir_is_coming()
#endif
#ifdef HEIR_OF_A_BUSY_ONE
    :: mode != calm -> wake_one_unless_heir_is_coming()
#else
    :: mode != calm -> wake_one()
#endif
    fi
#endif
  fi
}

inline unlock() {
  assert(mode == busy || !somebody_impatient);
  if
#ifdef MODE_OF_BEFORE
  :: mode == calm -> freeing[me] = true; wake_one_unless_heir_is_coming()
#endif
  :: mode != busy ->
    freeing[me] = true;
#ifndef NO_LOOK_AFTER_THE_STORE
    look_after_the_store()
#endif
  :: mode == busy -> unlock_where_busy()
  fi
}

inline heavy_fence() {
#ifdef NO_HEAVY_FENCE
  skip
#else
  atomic { FLUSH(0); FLUSH(1); FLUSH(2) }
#endif
}

/* got: it was free. */
inline list() {
  lock_bucket();
  if
#ifdef NO_FENCE_AFTER_A_HOLDER
  :: mode == busy
  :: mode != busy ->
#else
  :: mode == busy && known_busy
  :: mode != busy || !known_busy ->
#endif
#ifdef CALM_UNFENCED
    if :: mode == calm -> mode = busy :: mode != calm -> mode = busy; heavy_fence() fi;
#elif defined(FENCE_TOO_EARLY)
    heavy_fence();
    mode = busy;
#else
    mode = busy;
    heavy_fence();
#endif
    known_busy = true
  fi;
  listed[me] = true;
  impatient[me] = overtaken;
#ifdef NO_LAST_TRY
  got = false;
#else
  take();
#endif
#ifdef HEIR_UNTIL_LISTED
  if :: is_heir -> heir = false; is_heir = false :: else fi;
#endif
  atomic { if :: got -> leave_list() :: else fi; bucket = false }
}

inline leave_list() {
  listed[me] = false; impatient[me] = false
}

inline stop_waiting() {
  lock_bucket();
  atomic { timed_out = listed[me]; leave_list(); bucket = false };
#ifdef LOSES_THE_HANDOVER
  timed_out = true;
#endif
  if :: timed_out :: !timed_out -> news[me] != nothing fi
}

inline become_impatient() {
  lock_bucket();
  overtaken = true;
  if :: listed[me] -> take() :: !listed[me] fi;
  atomic {
#ifdef STAYS_LISTED
    if :: got :: !got -> impatient[me] = listed[me] fi;
#else
    if :: got -> leave_list() :: !got -> impatient[me] = listed[me] fi;
#endif
#ifndef IMPATIENT_UNSEEN
    if :: impatient[me] -> become_busy() :: else fi;
#endif
    bucket = false
  }
}

/* Until told, or timed_out, or got. */
inline wait() {
  if
  :: news[me] != nothing
  :: times_out(me) -> stop_waiting()
  :: gets_impatient(me) && !overtaken ->
    become_impatient();
    if :: got :: !got -> news[me] != nothing fi
  fi
}

inline spin_as_heir() {
  if
  :: atomic { !held && !got -> FLUSH(me); got = true; held = true; heir = false; is_heir = false }
  :: true
#ifndef HEIR_UNTIL_LISTED
    ; heir = false; is_heir = false
#endif
  fi
}

/* Who spins on for an heir that is not there gives up that one's place in the end, as if it were its own. */
inline spin_beside_heir() {
  if
  :: atomic { !held && !got -> FLUSH(me); got = true; held = true; if :: heir = false :: true fi }
  :: true
  :: heir = false
  fi
}

/* got: held by this one now; else timed_out. */
inline lock() {
  timed_out = false;
  take();
  if :: !got -> atomic { is_heir = !heir; heir = true } :: else fi;
  do
  :: got || timed_out -> break
  :: else ->
    if :: is_heir -> spin_as_heir() :: !is_heir -> spin_beside_heir() fi;
    if
    :: got
    :: !got ->
      list();
      if
      :: got
      :: !got ->
        wait();
        atomic {
          if
          :: timed_out || got
          :: else -> got = (news[me] == yours); is_heir = (!got && made_heir[me])
          fi;
          news[me] = nothing; made_heir[me] = false
        }
      fi
    fi
  od
}

proctype user(byte me) {
  byte one = 0, rounds = 0;
  bool got, done, timed_out, is_heir, overtaken;
  do
  :: rounds < ROUNDS ->
    lock();
    if
    :: got ->
      inside++;
      assert(inside == 1);
      inside--;
      if :: defers_a_wake(me) -> defer_a_wake() :: else fi;
      unlock();
      assert(!(defers_a_wake(me) && deferred))
    :: !got
    fi;
    atomic { got = false; done = false; timed_out = false; is_heir = false; overtaken = false; rounds++ }
  :: else -> break
  od;
  ended++
}

proctype memory() {
  do
  :: atomic { freeing[0] -> FLUSH(0) }
  :: atomic { freeing[1] -> FLUSH(1) }
  :: atomic { freeing[2] -> FLUSH(2) }
  :: ended == N && !freeing[0] && !freeing[1] && !freeing[2] -> break
  od
}

init { atomic { run user(0); run user(1); run user(2); run memory() } }

ltl served { <> (ended == N) }
