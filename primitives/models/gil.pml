/* Gil: the lock, the request to give way, and the wait for the switch. What is done under the mutex is one step. */
/* long */
/* faults: LOOKS_THEN_TAKES TAKES_IT_BACK WAITS_FOR_A_SWITCH_THAT_WAS KEEPS_THE_REQUEST */
#define N 3
#define nobody N

bool held = false;
bool request = false;
byte last = nobody;
byte switches = 0;
bool awaits_drop[N];
bool awaits_switch[N];
byte inside = 0;
byte ended = 0;

/* One of those that wait, if any does. */
#define NOTIFY(waits) \
  if \
  :: waits[0] -> waits[0] = false \
  :: waits[1] -> waits[1] = false \
  :: waits[2] -> waits[2] = false \
  :: !waits[0] && !waits[1] && !waits[2] -> skip \
  fi

inline take() {
  do
  :: atomic { !held -> seen = switches;
#ifdef LOOKS_THEN_TAKES
     }; atomic {
#endif
     held = true;
#ifndef KEEPS_THE_REQUEST
     request = false;
#endif
     if
     :: last != me -> last = me; switches++; NOTIFY(awaits_switch)
     :: else
     fi };
     break
  :: atomic { held -> seen = switches; awaits_drop[me] = true };
     if
     :: atomic { !awaits_drop[me] -> skip }
     :: atomic { awaits_drop[me] -> awaits_drop[me] = false; /* the interval is over */
        if :: held && switches == seen -> request = true :: else fi }
     fi
  od
}

inline drop() {
  atomic {
    held = false;
    NOTIFY(awaits_drop);
    asked = request;
#ifndef WAITS_FOR_A_SWITCH_THAT_WAS
#ifndef TAKES_IT_BACK
    if :: asked && last == me -> awaits_switch[me] = true :: else fi
#endif
#endif
  };
#ifdef WAITS_FOR_A_SWITCH_THAT_WAS
  if :: asked -> awaits_switch[me] = true :: else fi;
#endif
  !awaits_switch[me]
}

proctype computing(byte me) {
  byte rounds = 0, seen;
  bool asked = false;
  do
  :: rounds < 2 ->
    take();
    inside++;
    assert(inside == 1);
    inside--;
    if /* a checkpoint: it gives way only where it was asked to */
    :: request ->
      seen = switches;
      drop();
      assert(!asked || switches != seen);
      take()
    :: else
    fi;
    drop(); /* a wait */
    rounds++
  :: else -> break
  od;
  ended++
}

init { atomic { run computing(0); run computing(1); run computing(2) } }

ltl served { <> (ended == N) }
