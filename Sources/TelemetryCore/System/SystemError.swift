internal import OTLPSystem

/// A failed system call.
public struct SystemError: Error, Hashable, CustomStringConvertible {
  /// The name of the call, such as `connect`.
  public let call: String
  /// The `errno` value.
  public let code: Int32

  /// Makes an error from the name of the call and the `errno` value.
  public init(call: String, code: Int32) {
    self.call = call
    self.code = code
  }

  /// The name of the call and the system's text for the error.
  public var description: String { "\(call): \(SystemError.text(of: code))" }

  /// The system's text for an `errno` value.
  package static func text(of code: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
      unsafe buffer.initialize(repeating: 0)
      guard let text = buffer.baseAddress, unsafe strerror_r(code, text, buffer.count) == 0 else {
        return "error \(code)"
      }
      return unsafe String(cString: text)
    }
  }
}
