/* A futex, for processes numbered by `me` below N: looking and falling asleep are one step, a wake picks any of
 * the sleepers, and a sleeper may also wake up for no reason, SPURIOUS times in all. */
bool asleep[N];
byte spurious = SPURIOUS;

#define SLEEP_WHILE(condition) \
  atomic { if :: (condition) -> asleep[me] = true :: else fi } \
  if :: !asleep[me] :: atomic { asleep[me] && spurious > 0 -> spurious--; asleep[me] = false } fi

/* As SLEEP_WHILE, but the time may run out: then `timed_out` is set. */
#define SLEEP_WHILE_OR_TIME_OUT(condition) \
  atomic { if :: (condition) -> asleep[me] = true :: else fi } \
  if :: !asleep[me] :: atomic { asleep[me] -> asleep[me] = false; timed_out = true } fi

inline wake(count) {
  atomic {
    woken = 0;
    do
    :: woken < count && asleep[0] -> asleep[0] = false; woken++
    :: woken < count && asleep[1] -> asleep[1] = false; woken++
    :: woken < count && asleep[2] -> asleep[2] = false; woken++
    :: woken >= count || (!asleep[0] && !asleep[1] && !asleep[2]) -> break
    od
  }
}
