/* Barrier: two parties pass two rounds together, while a wait may time out once and break it (its thread resets
 * it) and a bystander resets it once. `phase` follows `round`; `mark` says that somebody may sleep on it. */
/* faults: PUBLISHES_BLINDLY RESET_DOES_NOT_WAIT COMPLETES_WHAT_IS_BROKEN DOES_NOT_MARK WAKES_ONE_ONLY */
#define parties 2
#define rounds 2
#define most_rounds 12
#define no_round 255
#define N 3
#define SPURIOUS 0
#include "futex.pml"

mtype = { sound, broken, resetting };
byte round;
mtype health = sound;
byte arrived;
byte phase;
bool mark;
byte broken_round = no_round;
byte still_inside;
bool repairs; /* the lock of those who break and reset */
byte time_outs_left = 1;
mtype outcome[most_rounds]; /* of each round: 0, or sound if somebody passed it, or broken */
byte ended;

#ifdef DOES_NOT_MARK
#define MARKED
#else
#define MARKED && mark
#endif
#ifdef WAKES_ONE_ONLY
#define sleepers_woken 1
#else
#define sleepers_woken N
#endif

#define LOCK atomic { !repairs -> repairs = true }
#define UNLOCK repairs = false

inline conclude(how) {
  atomic {
    assert(outcome[mine] == 0 || outcome[mine] == how);
    outcome[mine] = how
  }
}

inline sleep_past(which) {
  do
  :: phase > which -> break
  :: else ->
    atomic {
      seen = phase;
#ifndef DOES_NOT_MARK
      if :: seen <= which -> mark = true :: else fi
#endif
    };
    if
    :: seen <= which -> SLEEP_WHILE(phase == seen MARKED)
    :: else
    fi
  od
}

inline publish(begins) {
  atomic { wakes = mark; mark = false; phase = begins };
  if :: wakes -> wake(sleepers_woken) :: else fi
}

/* The phase is never more than one behind. */
inline publish_end(which) {
#ifndef PUBLISHES_BLINDLY
  if :: which > 0 -> sleep_past(which - 1) :: else fi;
#endif
  publish(which + 1)
}

/* The following three hold repairs. */
inline break_round(leaving) {
  atomic {
    health = broken;
    ending = round;
    still_inside = (arrived < parties -> arrived : parties) - leaving
  };
  if :: ending > 0 -> sleep_past(ending - 1) :: else fi;
  broken_round = ending;
  publish(ending + 1)
}

inline finish_reset() {
  if
#ifdef RESET_DOES_NOT_WAIT
  :: true ->
#else
  :: still_inside == 0 ->
#endif
    broken_round = no_round;
    ending = phase + 1;
    atomic { round = ending; health = sound; arrived = 0 };
    publish(ending)
  :: else
  fi
}

inline reset() {
  LOCK;
  if
  :: atomic { health == sound && arrived > 0 }; /* the round may end before the next step */
    break_round(0);
    health = resetting;
    finish_reset()
  :: atomic { health == broken -> health = resetting };
    finish_reset()
  :: atomic { health == resetting || (health == sound && arrived == 0) }
  fi;
  UNLOCK
}

inline leave_broken() {
  LOCK;
  still_inside--;
  if :: health == resetting -> finish_reset() :: else fi;
  UNLOCK;
  conclude(broken)
}

inline complete() {
  atomic {
    if
#ifdef COMPLETES_WHAT_IS_BROKEN
    :: true ->
#else
    :: health == sound ->
#endif
      round = mine + 1;
      arrived = 0;
      completed = true
    :: else -> completed = false
    fi
  };
  if
  :: completed -> publish_end(mine); passed++; conclude(sound)
  :: else -> leave_broken()
  fi
}

inline await_end() {
  sleep_past(mine);
  if
  :: broken_round == mine -> leave_broken()
  :: else -> passed++; conclude(sound)
  fi
}

inline time_out() {
  LOCK;
  atomic {
    did_break = round == mine && health == sound && arrived < parties;
    if :: did_break -> health = broken :: else fi
  };
  if :: did_break -> break_round(1) :: else fi;
  UNLOCK;
  if
  :: did_break -> conclude(broken); reset()
  :: else -> await_end()
  fi
}

proctype party(byte me) {
  byte mine, index, ending, passed, seen, woken;
  mtype found;
  bool completed, did_break, wakes;
  do
  :: passed == rounds -> break
  :: else ->
    atomic {
      mine = round;
      found = health;
      index = arrived;
      if :: health == sound -> arrived++ :: else fi
    };
    if
    :: found == broken -> health != broken
    :: found == resetting ->
      mine = phase;
      if :: health == resetting -> sleep_past(mine) :: else fi
    :: found == sound && index + 1 < parties ->
      if
      :: await_end()
      :: atomic { time_outs_left > 0 && phase <= mine -> time_outs_left-- }; time_out()
      fi
    :: found == sound && index + 1 == parties -> complete()
    :: found == sound && index + 1 > parties -> sleep_past(mine)
    fi
  od;
  ended++
}

proctype bystander(byte me) {
  byte ending, seen, woken;
  bool wakes;
  reset();
  ended++
}

init { atomic { run party(0); run party(1); run bystander(2) } }

ltl served { <> (ended == parties + 1) }
