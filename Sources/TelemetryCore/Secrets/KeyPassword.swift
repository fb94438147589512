/// The password of an encrypted private key. No description shows it.
public struct KeyPassword: Sendable {
  private let provide: @Sendable () throws -> SecretBytes

  /// A password that is known. The copy that is kept is overwritten when the last reference to it goes.
  public static func text(_ password: String) -> KeyPassword {
    let bytes = SecretBytes(password.utf8)
    return KeyPassword { bytes }
  }

  /// A password that `body` gives whenever the key is read: when the exporter is made, and when the key's file has
  /// changed. It may block; what it throws means that the key can't be used, and is shown.
  public static func provided(by body: @escaping @Sendable () throws -> String) -> KeyPassword {
    KeyPassword { SecretBytes(try body().utf8) }
  }

  private init(_ provide: @escaping @Sendable () throws -> SecretBytes) { self.provide = provide }

  /// The password, asked for now.
  package func bytes() throws -> SecretBytes { try provide() }
}

extension KeyPassword: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// Says that there is one.
  public var description: String { Redaction.mark }
  /// The same as the description.
  public var debugDescription: String { description }
  /// The same as the description.
  public var customMirror: Mirror { Mirror(self, children: ["password": description]) }
}
