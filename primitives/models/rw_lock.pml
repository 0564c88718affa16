/* RwLock: those who share it, those who wait to, and the first writer in line, in one word. A hasty reader comes again
 * and again until the writer who has time is through; who waits to share is passed by at most one writer. */
/* long */
/* faults: PASSES_THE_PENDING KEEPS_SHARERS_OUT LAST_DOES_NOT_WAKE UNLOCK_DOES_NOT_WAKE GIVES_UP_SILENTLY FLIPS_ON_GIVING_UP */
#define N 4
#define SPURIOUS 0
#include "futex.pml"

#define hasty_writer 0
#define patient_writer 1
#define hasty_reader 2
#define patient_reader 3

byte holding, waiting;
bool held, pending, writer_sleep, sharers_sleep, phase;
#define WORD (holding + 4 * waiting + 16 * held + 32 * pending + 64 * writer_sleep + 128 * sharers_sleep + 256 * phase)

bool line[2], second; /* of the writers: who is in it, and whether the second of them is first in line */
byte readers_in, passed;
bool waits_to_share; /* the patient reader */
byte ended;

inline admit_waiting() {
  holding = holding + waiting;
  if :: waiting > 0 -> phase = !phase; waiting = 0; sharers_sleep = false :: else fi
}

inline wake_writer() { atomic { asleep[0] = false; asleep[1] = false } }
inline wake_sharers() { atomic { asleep[2] = false; asleep[3] = false } }

inline enter_line() {
  atomic { line[me] = true; if :: !line[1 - me] -> second = me :: else fi };
  second == me
}
inline leave_line() { atomic { line[me] = false; second = 1 - me } }

inline enter() {
  held = true;
  pending = false;
  writer_sleep = false;
  got = true;
  assert(readers_in == 0);
  if :: waits_to_share -> passed++; assert(passed <= 1) :: else fi
}

inline unlock() {
  atomic {
    assert(held && readers_in == 0);
    held = false;
    rouses_sharers = sharers_sleep && waiting > 0;
    rouses_writer = writer_sleep && waiting == 0;
#ifdef KEEPS_SHARERS_OUT
    if
    :: pending -> rouses_sharers = false; rouses_writer = writer_sleep; writer_sleep = false
    :: else -> admit_waiting()
    fi
#else
    if :: waiting > 0 -> admit_waiting() :: else -> writer_sleep = false fi
#endif
  };
#ifndef UNLOCK_DOES_NOT_WAKE
  if :: rouses_sharers -> wake_sharers() :: else fi;
#endif
  if :: rouses_writer -> wake_writer() :: else fi
}

inline lock_as_first() {
  do
  :: atomic { !held && holding == 0 -> enter(); break }
  :: atomic {
    (held || holding > 0) && timed_out ->
    pending = false;
    writer_sleep = false;
    rouses_sharers = sharers_sleep && !held;
#ifdef FLIPS_ON_GIVING_UP
    if :: !held -> admit_waiting() :: else fi;
#endif
    sharers_sleep = sharers_sleep && held;
    break
  }
  :: atomic { (held || holding > 0) && !timed_out -> pending = true; writer_sleep = true; seen = WORD };
    if
    :: me == hasty_writer -> SLEEP_WHILE_OR_TIME_OUT(WORD == seen)
    :: else -> SLEEP_WHILE(WORD == seen)
    fi;
    seen = 0
  od;
#ifndef GIVES_UP_SILENTLY
  if :: rouses_sharers -> wake_sharers() :: else fi
#endif
}

proctype writer(byte me; byte attempts) {
  bool got, timed_out, rouses_sharers, rouses_writer;
  short seen;
  do
  :: attempts == 0 -> break
  :: else ->
    atomic { attempts--; if :: WORD == 0 || WORD == 256 -> enter() :: else fi };
    if
    :: got
    :: else -> enter_line(); lock_as_first(); leave_line()
    fi;
    if :: got -> unlock() :: else fi;
    atomic { got = false; timed_out = false; rouses_sharers = false; rouses_writer = false }
  od;
  ended++
}

#ifdef PASSES_THE_PENDING
#define admits_sharing (!held)
#else
#define admits_sharing (!held && !pending)
#endif

inline stop_waiting() { waiting--; sharers_sleep = sharers_sleep && waiting > 0 }

inline await_next_phase() {
  do
  :: atomic { phase != before -> got = true; break }
  :: atomic { phase == before && admits_sharing -> stop_waiting(); holding++; got = true; break }
  :: atomic { phase == before && !admits_sharing && timed_out -> stop_waiting(); break }
  :: atomic { phase == before && !admits_sharing && !timed_out -> sharers_sleep = true; seen = WORD };
    if
    :: me == hasty_reader -> SLEEP_WHILE_OR_TIME_OUT(WORD == seen)
    :: else -> SLEEP_WHILE(WORD == seen)
    fi;
    seen = 0
  od
}

proctype reader(byte me) {
  bool got, timed_out, rouses_writer, before;
  short seen;
  do
  :: atomic {
      got = admits_sharing;
      before = phase;
      waits_to_share = waits_to_share || (me == patient_reader && !got);
      if :: got -> holding++ :: else -> waiting++ fi
    };
    if :: !got -> await_next_phase() :: else fi;
    if
    :: got ->
      atomic { readers_in++; waits_to_share = waits_to_share && me != patient_reader; assert(!held) };
      atomic {
        readers_in--;
        holding--;
        rouses_writer = holding == 0 && writer_sleep;
        writer_sleep = writer_sleep && holding > 0
      };
#ifndef LAST_DOES_NOT_WAKE
      if :: rouses_writer -> wake_writer() :: else fi;
#endif
      if :: me == patient_reader -> break :: else fi
    :: else
    fi;
    atomic { got = false; timed_out = false; rouses_writer = false; before = false };
    if :: ended >= 3 -> break :: else fi
  od;
  ended++
}

init {
  atomic { run writer(hasty_writer, 1); run writer(patient_writer, 1); run reader(hasty_reader); run reader(patient_reader) };
  ended == N;
  assert(WORD == 0 || WORD == 256)
}

ltl served { <> (ended == N) }
