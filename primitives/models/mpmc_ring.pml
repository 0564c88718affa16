/* MpmcRing: how its consumers sleep, are woken, and learn of the end. Two producers push an item each, and one may
 * close the ring, before or after; two consumers pop one each, one of them for a limited time. A producer claims a
 * slot, stores its stamp, and looks for sleepers with no fence in between: the stamp may wait in its store buffer
 * meanwhile, from where a consumer's heavy fence brings it to memory. Nobody waits for room. */
/* faults: SKIPS_THE_HEAVY_FENCE FENCES_BEFORE_ANNOUNCING LOOKS_BEFORE_PUBLISHING DOES_NOT_PASS_ON PASSES_ON_ITEMS_ONLY KEEPS_ITS_ANNOUNCEMENT CLOSES_WITHOUT_WAKING */
#define N 3
#define SPURIOUS 0
#include "futex.pml"

#define ITEMS 2

#define WORDS 1
#define LOCKED skip /* who stores to a slot writes it back before its next locked instruction */
#define WAKE_ON(word, count) wake(count)
#include "parking.pml"

byte head, tail;
bool closing;        /* set before `closed` */
bool closed;         /* with tail, in one word */
bool stamped[ITEMS]; /* in memory */
bool stored[ITEMS];  /* in a store buffer or in memory */
byte popped, ended;
bool gave_up;

/* Or the end has come: who slept through the last item must learn of it. */
#ifdef PASSES_ON_ITEMS_ONLY
#define something_is_left (head != tail)
#else
#define something_is_left (head != tail || closed)
#endif

#define heavy_fence() d_step { stamped[0] = stored[0]; stamped[1] = stored[1] }

inline try_pop() {
  atomic { if :: head < tail && stamped[head] -> head++; popped++; got = true :: else fi }
}

/* Whether there is nothing to pop: nothing claimed, or the first in line not finished with its slot. */
inline look_for_items() {
  at = head;
  atomic { is_blocked = (at == tail && !closed); is_over = (at == tail && closed) };
  if
  :: !is_blocked && !is_over ->
    is_blocked = !stamped[at];
#if !defined(SKIPS_THE_HEAVY_FENCE) && !defined(FENCES_BEFORE_ANNOUNCING)
    if :: is_blocked -> heavy_fence(); is_blocked = !stamped[at] :: else fi
#endif
  :: else
  fi
}

proctype consumer(byte me; bool is_timed) {
  byte woken, granted, seen_sleepers, seen_grants, at;
  bool timed_out, got, is_blocked, is_over;
  do
  :: try_pop();
    if :: got || timed_out || is_over -> break :: else fi;
    is_over = closing;
    if :: is_over -> is_over = (closed && head == tail) :: else fi;
    if
    :: is_over -> skip
    :: else ->
#ifdef FENCES_BEFORE_ANNOUNCING
      heavy_fence();
#endif
      announce(0);
      look_for_items();
      at = 0;
      if
      :: is_blocked -> is_blocked = false; sleep_until_granted(0, is_timed)
      :: else -> leave(0)
      fi
    fi
  od;
#ifndef DOES_NOT_PASS_ON
  if :: sleepers[0] > 0 && something_is_left -> pass_on(0) :: else fi;
#endif
  atomic { gave_up = gave_up || !got && timed_out; ended++ }
}

inline push() {
  atomic { is_refused = closed; slot = tail; if :: !is_refused -> tail++ :: else fi };
  if
  :: !is_refused ->
#ifdef LOOKS_BEFORE_PUBLISHING
    sees_sleepers = sleepers[0] > 0;
    stored[slot] = true;
#else
    stored[slot] = true;
    if :: stamped[slot] = true :: skip fi; /* it reaches memory now, or after the next load */
    sees_sleepers = sleepers[0] > 0;
#endif
    stamped[slot] = true;
    if :: sees_sleepers -> sees_sleepers = false; wake_sleepers(0, 1) :: else fi
  :: else
  fi
}

inline close() {
  closing = true;
  closed = true;
#ifndef CLOSES_WITHOUT_WAKING
  wake_sleepers(0, N)
#endif
}

proctype producer(bool may_close) {
  byte woken, granted, slot;
  bool sees_sleepers, is_refused;
  if
  :: push()
  :: may_close -> push(); close()
  :: may_close -> close()
  fi;
  ended++
}

init {
  atomic { run consumer(0, false); run consumer(1, true); run producer(false); run producer(true) };
  ended == 4;
  assert(popped == head && (popped == tail || gave_up));
  assert(sleepers[0] == 0 && grants[0] == 0)
}

ltl served { <> (ended == 4) }
