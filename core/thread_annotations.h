// Which lock guards what, in words that clang checks (-Wthread-safety) and other compilers skip.
#pragma once

#if defined(__clang__)
#define KEDGE_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define KEDGE_THREAD_ATTRIBUTE(x)
#endif

// On a member: may be touched only while the mutex is held.
#define KEDGE_GUARDED_BY(mutex) KEDGE_THREAD_ATTRIBUTE(guarded_by(mutex))
#define KEDGE_PT_GUARDED_BY(mutex) KEDGE_THREAD_ATTRIBUTE(pt_guarded_by(mutex))
// On a function: the caller holds the mutex, or must not hold it.
#define KEDGE_REQUIRES(...) KEDGE_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define KEDGE_EXCLUDES(...) KEDGE_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
// For the classes of core/mutex.h.
#define KEDGE_CAPABILITY(name) KEDGE_THREAD_ATTRIBUTE(capability(name))
#define KEDGE_SCOPED_CAPABILITY KEDGE_THREAD_ATTRIBUTE(scoped_lockable)
#define KEDGE_ACQUIRE(...) KEDGE_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define KEDGE_RELEASE(...) KEDGE_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
#define KEDGE_NO_THREAD_SAFETY_ANALYSIS KEDGE_THREAD_ATTRIBUTE(no_thread_safety_analysis)
