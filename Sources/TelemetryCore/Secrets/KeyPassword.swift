/// The password of an encrypted private key. No description shows the password.
public struct KeyPassword: Sendable {
  private let provide: @Sendable () throws -> SecretBytes

  /// A known password. The stored copy is overwritten when the last reference is released.
  public static func text(_ password: String) -> KeyPassword {
    let bytes = SecretBytes(password.utf8)
    return KeyPassword { bytes }
  }

  /// A password that `body` returns whenever the key is read: when the exporter is made, and when the key's file has
  /// changed. The function may block. If the function throws, the key can't be used, and messages show the error.
  public static func provided(by body: @escaping @Sendable () throws -> String) -> KeyPassword {
    KeyPassword { SecretBytes(try body().utf8) }
  }

  private init(_ provide: @escaping @Sendable () throws -> SecretBytes) { self.provide = provide }

  /// Gets the password.
  package func bytes() throws -> SecretBytes { try provide() }
}

extension KeyPassword: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `[REDACTED]`.
  public var description: String { Redaction.mark }
  /// The same as the description.
  public var debugDescription: String { description }
  /// The same as the description.
  public var customMirror: Mirror { Mirror(self, children: ["password": description]) }
}
