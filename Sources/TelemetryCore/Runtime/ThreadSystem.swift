#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif
#if os(Linux)
  internal import COTLPSystem
#endif

/// Starts threads.
package enum ThreadSystem {
  /// The cores that are on line.
  package static var coreCount: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// Starts a detached thread with all signals blocked, so that the app's handlers never run on it.
  package static func start(
    name: String, stackSize: Int, _ body: @escaping @Sendable () -> Void
  ) throws(SystemError) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    // Whole pages: Darwin refuses anything else.
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
    // SAFETY: the thread takes over the retain; if it doesn't come to be, we take it back.
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
