/// The container's id: `container.id`, from the control group (version 1) or the mounts (version 2) of the process.
public struct ContainerDetector: ResourceDetector {
  private let files: DetectorFiles

  /// Makes a detector.
  public init() { self.init(files: .system) }

  init(files: DetectorFiles) { self.files = files }

  /// `container.id`, if the process runs in a container of Docker, containerd, CRI-O, Podman or ECS.
  public func detect() -> Resource {
    let id =
      Self.lines(files.contents("/proc/self/cgroup")).lazy.compactMap { Self.id(controlGroup: $0) }.first
      ?? Self.lines(files.contents("/proc/self/mountinfo")).lazy.compactMap { Self.id(mount: $0) }.first
    return resource(["container.id": id.map { .string($0) }])
  }

  private static func lines(_ text: String?) -> [Substring] { text?.split(separator: "\n") ?? [] }

  /// The id in a line such as `1:name=systemd:/system.slice/docker-{id}.scope`: the last part of the path, without the
  /// runtime's name in front and the unit's suffix.
  private static func id(controlGroup line: Substring) -> String? {
    guard let path = line.split(separator: ":", maxSplits: 2).last, let last = path.split(separator: "/").last else {
      return nil
    }
    let unit = last.hasSuffix(".scope") ? last.dropLast(6) : last
    if isTaskID(unit) { return String(unit) }
    let id = unit.split(whereSeparator: { $0 == "-" || $0 == ":" }).last ?? unit
    return isContainerID(id) ? String(id) : nil
  }

  /// The id in the root of a mount that the runtime makes for the container's host name:
  /// `/var/lib/docker/containers/{id}/hostname`.
  private static func id(mount line: Substring) -> String? {
    let fields = line.split(separator: " ")
    guard fields.count > 4, fields[4] == "/etc/hostname" else { return nil }
    let folders = fields[3].split(separator: "/").dropLast()
    // A sandbox is the pod's, not the container's.
    guard !folders.contains("sandboxes") else { return nil }
    return folders.last { isContainerID($0) }.map(String.init)
  }

  private static func isContainerID(_ text: Substring) -> Bool { text.utf8.count == 64 && isHexadecimal(text) }

  /// An id of ECS on Fargate: 32 hexadecimal digits, a hyphen and a number.
  private static func isTaskID(_ text: Substring) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0].utf8.count == 32 && isHexadecimal(parts[0]) && parts[1].allSatisfy(\.isNumber)
      && !parts[1].isEmpty
  }

  private static func isHexadecimal(_ text: Substring) -> Bool {
    text.utf8.allSatisfy { HeaderText.isLowercaseOrDigit($0) && $0 <= UInt8(ascii: "f") }
  }
}
