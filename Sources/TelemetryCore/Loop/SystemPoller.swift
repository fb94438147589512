internal import OTLPSystem
internal import Synchronization

#if os(Linux)
  internal import COTLPSystem
#endif

#if os(Linux)
  /// epoll, and an eventfd for `wake()`.
  package final class SystemPoller: Poller {
    private static let wakeToken = HandlerToken(rawValue: .max)
    // Written again only in a forked child, before anything else runs there, and by `recover()`.
    private let epollDescriptor = Atomic<Int32>(-1)
    private let eventDescriptor = Atomic<Int32>(-1)
    private let generation = Atomic<UInt32>(0)

    var epoll: Int32 { epollDescriptor.load(ordering: .relaxed) }
    private var event: Int32 { eventDescriptor.load(ordering: .relaxed) }

    package init() throws(SystemError) { try open() }

    deinit { closeAll() }

    private func open() throws(SystemError) {
      let epoll = ForkedDescriptors.open {
        let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        return descriptor >= 0 ? descriptor : -errno
      }
      guard epoll >= 0 else { throw SystemError(call: "epoll_create1", code: -epoll) }
      epollDescriptor.store(epoll, ordering: .relaxed)
      generation.store(Fork.generation, ordering: .relaxed)
      let event = ForkedDescriptors.open {
        let descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        return descriptor >= 0 ? descriptor : -errno
      }
      guard event >= 0 else {
        closeAll()
        throw SystemError(call: "eventfd", code: -event)
      }
      eventDescriptor.store(event, ordering: .relaxed)
      // Edge-triggered and never read, which saves a system call for each wake.
      try register(event, EPOLLIN.rawValue | EPOLLET.rawValue, SystemPoller.wakeToken)
    }

    private func closeAll() {
      let (event, epoll) = (
        eventDescriptor.exchange(-1, ordering: .relaxed), epollDescriptor.exchange(-1, ordering: .relaxed)
      )
      guard generation.load(ordering: .relaxed) == Fork.generation else { return }
      for descriptor in [event, epoll] where descriptor >= 0 { ForkedDescriptors.close(descriptor) }
    }

    package func reopenInChild() throws(SystemError) {
      closeAll()
      try open()
    }

    package var now: MonotonicInstant { .system }
    package var continuousNow: MonotonicInstant { .systemContinuous }

    package func wake() {
      var one: UInt64 = 1
      _ = unsafe write(event, &one, 8)
    }

    package func add(descriptor: Int32, token: HandlerToken) throws(SystemError) {
      let interest = EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
      try register(descriptor, interest, token)
    }

    package func add(
      descriptor: Int32, token: HandlerToken, levels: Readiness, isRegistered: Bool
    ) throws(SystemError) {
      var interest: UInt32 = 0
      if levels.contains(.readable) { interest |= EPOLLIN.rawValue }
      if levels.contains(.writable) { interest |= EPOLLOUT.rawValue }
      try register(descriptor, interest, token, isRegistered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD)
    }

    private func register(
      _ descriptor: Int32, _ interest: UInt32, _ token: HandlerToken, _ operation: Int32 = EPOLL_CTL_ADD
    ) throws(SystemError) {
      var interest = unsafe epoll_event(events: interest, data: epoll_data_t(u64: token.rawValue))
      guard unsafe epoll_ctl(epoll, operation, descriptor, &interest) == 0 else {
        throw SystemError(call: "epoll_ctl", code: errno)
      }
    }

    package func remove(descriptor: Int32) {
      var unused = unsafe epoll_event()
      _ = unsafe epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &unused)
    }

    package func wait(until deadline: Deadline, at now: MonotonicInstant, into events: inout [ReadyEvent]) {
      let timeout = deadline.isNever ? -1 : SystemPoller.milliseconds(deadline.nanosecondsLeft(at: now))
      unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 64) { buffer in
        let count = unsafe epoll_wait(epoll, buffer.baseAddress, Int32(buffer.count), timeout)
        if count < 0, errno != EINTR { recover() }
        guard count > 0 else { return }
        for index in 0..<Int(count) {
          let event = unsafe buffer[index]
          let token = unsafe HandlerToken(rawValue: event.data.u64)
          guard token != SystemPoller.wakeToken else { continue }
          events.append(ReadyEvent(token: token, readiness: SystemPoller.readiness(unsafe event.events)))
        }
      }
    }

    /// Opens new descriptors after the program has closed ours, as a program that becomes a daemon does. The old numbers
    /// may belong to other files now. The sockets were closed too; their connections notice that themselves.
    private func recover() {
      ForkedDescriptors.forget([
        eventDescriptor.exchange(-1, ordering: .relaxed), epollDescriptor.exchange(-1, ordering: .relaxed),
      ])
      try? open()
      // If that failed, the loop runs without a poller and tries again: a pause keeps the processor free.
      var pause = timespec(tv_sec: 0, tv_nsec: 10_000_000)
      unsafe nanosleep(&pause, nil)
    }

    /// Rounds up: a wake-up before the deadline would cost a second wait.
    private static func milliseconds(_ nanoseconds: Int64) -> Int32 {
      Int32(clamping: nanoseconds / 1_000_000 + (nanoseconds % 1_000_000 > 0 ? 1 : 0))
    }

    private static func readiness(_ bits: UInt32) -> Readiness {
      var result: Readiness = []
      if bits & EPOLLIN.rawValue != 0 { result.insert(.readable) }
      if bits & EPOLLOUT.rawValue != 0 { result.insert(.writable) }
      if bits & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { result.insert(.hangUp) }
      return result
    }
  }
#elseif canImport(Darwin)
  /// kqueue, and a user event for `wake()`.
  package final class SystemPoller: Poller {
    private let queue: Int32

    package init() throws(SystemError) {
      queue = kqueue()
      guard queue >= 0 else { throw SystemError(call: "kqueue", code: errno) }
      try change(ident: 0, filter: Int16(EVFILT_USER), flags: UInt16(EV_ADD | EV_CLEAR), fflags: 0, token: .none)
    }

    deinit { close(queue) }  // a child inherits no kqueue

    package var now: MonotonicInstant { .system }

    package func wake() {
      try? change(ident: 0, filter: Int16(EVFILT_USER), flags: 0, fflags: UInt32(NOTE_TRIGGER), token: .none)
    }

    package func add(descriptor: Int32, token: HandlerToken) throws(SystemError) {
      for filter in [EVFILT_READ, EVFILT_WRITE] {
        try change(
          ident: UInt(descriptor), filter: Int16(filter), flags: UInt16(EV_ADD | EV_CLEAR), fflags: 0, token: token)
      }
    }

    package func add(
      descriptor: Int32, token: HandlerToken, levels: Readiness, isRegistered: Bool
    ) throws(SystemError) {
      for (filter, level) in [(EVFILT_READ, Readiness.readable), (EVFILT_WRITE, .writable)] {
        // An event of a filter that isn't wanted stays registered, and is disabled.
        let flags = levels.contains(level) ? EV_ADD | EV_ENABLE : EV_ADD | EV_DISABLE
        try change(ident: UInt(descriptor), filter: Int16(filter), flags: UInt16(flags), fflags: 0, token: token)
      }
    }

    package func remove(descriptor: Int32) {
      for filter in [EVFILT_READ, EVFILT_WRITE] {
        try? change(ident: UInt(descriptor), filter: Int16(filter), flags: UInt16(EV_DELETE), fflags: 0, token: .none)
      }
    }

    private func change(ident: UInt, filter: Int16, flags: UInt16, fflags: UInt32, token: HandlerToken)
      throws(SystemError)
    {
      var event = unsafe kevent(
        ident: ident, filter: filter, flags: flags, fflags: fflags, data: 0,
        udata: UnsafeMutableRawPointer(bitPattern: UInt(token.rawValue)))
      guard unsafe kevent(queue, &event, 1, nil, 0, nil) == 0 else { throw SystemError(call: "kevent", code: errno) }
    }

    package func wait(until deadline: Deadline, at now: MonotonicInstant, into events: inout [ReadyEvent]) {
      // A kqueue refuses a very long time; an early wake-up costs only a second wait.
      let left = min(deadline.nanosecondsLeft(at: now), 86_400_000_000_000)
      var timeout = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
      withUnsafeTemporaryAllocation(of: kevent.self, capacity: 64) { buffer in
        let count =
          unsafe deadline.isNever
          ? kevent(queue, nil, 0, buffer.baseAddress, Int32(buffer.count), nil)
          : kevent(queue, nil, 0, buffer.baseAddress, Int32(buffer.count), &timeout)
        guard count > 0 else { return }
        for index in 0..<Int(count) {
          let event = unsafe buffer[index]
          guard event.filter != Int16(EVFILT_USER) else { continue }
          var readiness: Readiness = event.filter == Int16(EVFILT_READ) ? .readable : .writable
          if event.flags & UInt16(EV_EOF) != 0 { readiness.insert(.hangUp) }
          let token = unsafe HandlerToken(rawValue: UInt64(UInt(bitPattern: event.udata)))
          events.append(ReadyEvent(token: token, readiness: readiness))
        }
      }
    }
  }
#endif
