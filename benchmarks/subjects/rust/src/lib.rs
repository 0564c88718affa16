//! Rust's locks behind C functions, in storage that the caller owns: see rust.cc.

use parking_lot::lock_api::{RawMutex as _, RawMutexTimed as _, RawRwLock as _};
use parking_lot::{RawMutex, RawRwLock};
use std::cell::UnsafeCell;
use std::mem::{size_of, MaybeUninit};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

const STORAGE: usize = 32;
const _: () = assert!(size_of::<RawMutex>() <= STORAGE);
const _: () = assert!(size_of::<RawRwLock>() <= STORAGE);
const _: () = assert!(size_of::<StdMutex>() <= STORAGE);

/// A guard unlocks when it is dropped, so it is kept until then, under the lock itself.
pub struct StdMutex {
    mutex: Mutex<()>,
    guard: UnsafeCell<MaybeUninit<MutexGuard<'static, ()>>>,
}

#[no_mangle]
pub unsafe extern "C" fn rust_std_mutex_init(lock: *mut StdMutex) {
    lock.write(StdMutex { mutex: Mutex::new(()), guard: UnsafeCell::new(MaybeUninit::uninit()) });
}
#[no_mangle]
pub unsafe extern "C" fn rust_std_mutex_lock(lock: *const StdMutex) {
    let guard = (*lock).mutex.lock().unwrap();
    (*(*lock).guard.get()).write(guard);
}
#[no_mangle]
pub unsafe extern "C" fn rust_std_mutex_try_lock(lock: *const StdMutex) -> bool {
    match (*lock).mutex.try_lock() {
        Ok(guard) => {
            (*(*lock).guard.get()).write(guard);
            true
        }
        Err(_) => false,
    }
}
#[no_mangle]
pub unsafe extern "C" fn rust_std_mutex_unlock(lock: *const StdMutex) {
    drop((*(*lock).guard.get()).assume_init_read());
}

#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_mutex_init(lock: *mut RawMutex) {
    lock.write(RawMutex::INIT);
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_mutex_lock(lock: *const RawMutex) {
    (*lock).lock();
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_mutex_try_lock(lock: *const RawMutex) -> bool {
    (*lock).try_lock()
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_mutex_try_lock_for(lock: *const RawMutex, nanoseconds: u64) -> bool {
    (*lock).try_lock_for(Duration::from_nanos(nanoseconds))
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_mutex_unlock(lock: *const RawMutex) {
    (*lock).unlock();
}

#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_rwlock_init(lock: *mut RawRwLock) {
    lock.write(RawRwLock::INIT);
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_rwlock_lock(lock: *const RawRwLock) {
    (*lock).lock_exclusive();
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_rwlock_try_lock(lock: *const RawRwLock) -> bool {
    (*lock).try_lock_exclusive()
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_rwlock_unlock(lock: *const RawRwLock) {
    (*lock).unlock_exclusive();
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_rwlock_lock_shared(lock: *const RawRwLock) {
    (*lock).lock_shared();
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_rwlock_try_lock_shared(lock: *const RawRwLock) -> bool {
    (*lock).try_lock_shared()
}
#[no_mangle]
pub unsafe extern "C" fn rust_parking_lot_rwlock_unlock_shared(lock: *const RawRwLock) {
    (*lock).unlock_shared();
}
