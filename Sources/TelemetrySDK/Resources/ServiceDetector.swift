/// The defaults for the service: `service.name` is `unknown_service` with the name of the executable, and
/// `service.instance.id` is a random UUID that stays the same until the process ends.
public struct ServiceDetector: ResourceDetector {
  private static let instanceID = randomUUID()

  private let executable: String?

  /// Makes a detector.
  public init() { self.init(executable: Executable.name) }

  init(executable: String?) { self.executable = executable }

  /// `service.name` and `service.instance.id`.
  public func detect() -> Resource {
    resource([
      "service.name": .string("unknown_service" + (executable.map { ":\($0)" } ?? "")),
      "service.instance.id": .string(Self.instanceID),
    ])
  }

  /// A UUID of version 4 (RFC 9562, 5.4).
  static func randomUUID() -> String {
    let (high, low) = (UInt64.random(in: 0...UInt64.max), UInt64.random(in: 0...UInt64.max))
    let bits = TraceID(
      high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000, low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    let digits = Array(bits.description)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
  }
}
