internal import OTLPSystem

#if os(Linux)
  internal import COTLPSystem
#endif

/// Starts threads.
package enum ThreadSystem {
  /// The number of processor cores that are online.
  package static var coreCount: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Starts a detached thread with all signals blocked, so that no signal handler of the app runs on the thread.
  package static func start(
    name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // Darwin refuses a size that isn't a multiple of its page size, 16 KiB.
    unsafe pthread_attr_setstacksize(&attributes, (stackSize + 0x3FFF) & ~0x3FFF)
    var all = sigset_t()
    var previous = sigset_t()
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_SETMASK, &all, &previous)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
    let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    // SAFETY: the thread takes over the retain; if no thread starts, the retain is released here.
    let code = unsafe pthread_create(&thread, &attributes, runThread, unsafe start.toOpaque())
    guard code == 0 else {
      unsafe start.release()
      throw SystemError(call: "pthread_create", code: code)
    }
  }

  fileprivate final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}

#if canImport(Darwin)
  private func runThread(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    let start = unsafe Unmanaged<ThreadSystem.Start>.fromOpaque(argument).takeRetainedValue()
    _ = unsafe pthread_setname_np(start.name)
    start.body()
    return nil
  }
#else
  private func runThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let start = unsafe Unmanaged<ThreadSystem.Start>.fromOpaque(argument).takeRetainedValue()
    _ = unsafe COTLPSystem_set_thread_name(start.name)
    start.body()
    return nil
  }
#endif
