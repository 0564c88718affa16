/* Condition: waiters in order of arrival, picked by notifications into chains of which only a few, one or two, are under
 * way to the lock; each that has it back rouses another. Two wait for as long as it takes, one for a limited time; the
 * notifier picks one, then all, until nobody is left. The lock is taken as given. */
/* faults: DOES_NOT_PASS_ON LEAVES_THE_CHAIN_SILENTLY BELIEVES_THE_CLOCK PICKS_THE_LATEST PICKS_ONE_TOO_MANY PASSES_ON_WITHOUT_A_TURN */
#define N 3
#define SPURIOUS 1
#include "futex.pml"

#define none N
bool locked;
byte first = none, last = none;
byte previous[N], next[N];
byte ticket[N];     /* order of arrival */
bool listed[N], picked[N], roused[N], under_way[N];
byte arrivals;
byte ended;

#define LOCK atomic { !locked -> locked = true }

byte chain[N], crowd[N]; /* which notification picked it, and how many of that one are under way */
byte notifications;
byte few;
inline rouse(who) {
  under_way[who] = true;
  crowd[chain[who]]++;
  assert(crowd[chain[who]] <= few);
  roused[who] = true;
  asleep[who] = false
}

inline add() {
  previous[me] = last;
  next[me] = none;
  if :: last == none -> first = me :: else -> next[last] = me fi;
  last = me;
  listed[me] = true;
  ticket[me] = arrivals;
  arrivals++
}

inline remove() {
  if :: previous[me] == none -> first = next[me] :: else -> next[previous[me]] = next[me] fi;
  if :: next[me] == none -> last = previous[me] :: else -> previous[next[me]] = previous[me] fi;
  listed[me] = false
}

inline pass_on() {
  if :: previous[me] != none -> next[previous[me]] = next[me] :: else fi;
  if :: next[me] != none -> previous[next[me]] = previous[me] :: else fi;
  later = next[me];
  if
#ifdef PASSES_ON_WITHOUT_A_TURN
  :: true ->
#else
  :: under_way[me] ->
#endif
    if :: under_way[me] -> crowd[chain[me]]-- :: else fi;
    do
    :: later != none && under_way[later] -> later = next[later]
    :: else -> break
    od;
#ifndef DOES_NOT_PASS_ON
    if :: later != none -> rouse(later) :: else fi
#endif
  :: else
  fi
}

proctype waiter(byte me; bool is_timed) {
  bool timed_out, notified;
  byte later;
  LOCK;
  atomic { add(); locked = false };
  do
  :: roused[me] || timed_out -> break
  :: else ->
    if
    :: is_timed -> SLEEP_WHILE_OR_TIME_OUT(!roused[me])
    :: else -> SLEEP_WHILE(!roused[me])
    fi
  od;
  LOCK;
  atomic {
#ifdef BELIEVES_THE_CLOCK
    notified = !timed_out;
#else
    notified = picked[me];
#endif
    assert(notified == picked[me]);
    if
#ifdef LEAVES_THE_CHAIN_SILENTLY
    :: picked[me] && timed_out -> skip
#endif
    :: picked[me] -> pass_on()
    :: !picked[me] -> remove()
    fi;
    locked = false
  };
  ended++
}

#define waits_before(a, b) (listed[a] && ticket[a] < ticket[b])

inline pick(count) {
  oldest = first;
  latest = none;
#ifdef PICKS_ONE_TOO_MANY
  left = count + 1;
#else
  left = count;
#endif
  chosen = 0;
  notifications = (notifications + 1) % N;
  do
  :: first != none && left > 0 ->
#ifdef PICKS_THE_LATEST
    if :: count == 1 -> first = last :: else fi;
#endif
    assert(!waits_before(0, first) && !waits_before(1, first) && !waits_before(2, first));
    latest = first;
    chosen++;
    assert(chosen <= count);
    picked[first] = true;
    chain[first] = notifications;
    listed[first] = false;
    first = next[first];
    left--
  :: else -> break
  od;
  if
  :: latest != none ->
    next[latest] = none;
    if :: first == none -> last = none :: else -> previous[first] = none fi;
    left = 0;
    do
    :: oldest != none && left < few -> rouse(oldest); oldest = next[oldest]; left++
    :: else -> break
    od
  :: else
  fi
}

proctype notifier() {
  byte oldest, latest, left, chosen;
  LOCK;
  atomic { pick(1); locked = false };
  do
  :: ended == N -> break
  :: atomic { !locked && first != none -> locked = true };
    atomic { pick(N); locked = false }
  od
}

init {
  atomic {
    if :: few = 1 :: few = 2 fi;
    run waiter(0, false);
    run waiter(1, false);
    run waiter(2, true);
    run notifier()
  }
}

ltl served { <> (ended == N) }
