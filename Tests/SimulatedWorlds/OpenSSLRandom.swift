import Glibc
import OTLPTesting
import Synchronization

/// Replaces OpenSSL's random numbers by those of a seed, so that TLS is the same in each run: the sizes of signatures
/// depend on them, and with these the position of a cut. Only for a process without other use of TLS, never for secrets.
package enum OpenSSLRandom {
  private static let isPermitted = Atomic<Bool>(false)
  private static let random = Mutex(SeededRandom(seed: 0))

  /// OpenSSL's `RAND_METHOD`. Its setter is deprecated but works.
  private struct Method {
    var seed: (@convention(c) (UnsafeRawPointer?, CInt) -> CInt)?
    var bytes: @convention(c) (UnsafeMutablePointer<UInt8>?, CInt) -> CInt
    var cleanup: (@convention(c) () -> Void)?
    var add: (@convention(c) (UnsafeRawPointer?, CInt, Double) -> CInt)?
    var pseudoBytes: @convention(c) (UnsafeMutablePointer<UInt8>?, CInt) -> CInt
    var status: @convention(c) () -> CInt
  }

  private static let fill: @convention(c) (UnsafeMutablePointer<UInt8>?, CInt) -> CInt = { bytes, count in
    OpenSSLRandom.random.withLock { random in
      for index in 0..<Int(count) { bytes?[index] = UInt8(truncatingIfNeeded: random.next()) }
    }
    return 1
  }

  // SAFETY: OpenSSL keeps the pointer, which is never freed.
  private nonisolated(unsafe) static let method: UnsafeMutablePointer<Method> = {
    let method = UnsafeMutablePointer<Method>.allocate(capacity: 1)
    method.initialize(to: Method(seed: nil, bytes: fill, cleanup: nil, add: nil, pseudoBytes: fill, status: { 1 }))
    return method
  }()

  private static let isInstalled: Bool = {
    typealias Set = @convention(c) (UnsafeRawPointer) -> CInt
    guard let symbol = dlsym(nil, "RAND_set_rand_method") else { return false }
    return unsafeBitCast(symbol, to: Set.self)(method) == 1
  }()

  /// Declares that the process only runs simulations, one at a time.
  package static func permit() { isPermitted.store(true, ordering: .relaxed) }

  static func use(seed: UInt64) {
    guard isPermitted.load(ordering: .relaxed) else { return }
    random.withLock { $0 = SeededRandom(seed: seed) }
    precondition(isInstalled, "OpenSSL takes no random numbers from us")
  }
}
