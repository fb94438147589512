import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct ContainerDetectorTests {
  private static let container = String(repeating: "0123456789abcdef", count: 4)
  private static let task = "2d9bf5b6e1d84a3c9f7d5e6a7b8c9d0e-1234567890"

  private func detected(cgroup: String? = nil, mounts: String? = nil) -> String? {
    var files: [String: String] = [:]
    files["/proc/self/cgroup"] = cgroup
    files["/proc/self/mountinfo"] = mounts
    return ContainerDetector(files: .fixed(files)).detect().attributes["container.id"]
  }

  @Test(
    "control groups of version 1 name the container",
    arguments: [
      "1:name=systemd:/docker/\(container)", "13:name=systemd:/system.slice/docker-\(container).scope",
      "0::/system.slice/cri-containerd-\(container).scope",
      "11:cpu:/kubepods/besteffort/pod2c48913c-b29f-11e7-9350-020968147796/\(container)",
      "1:name=systemd:/kubepods.slice/kubepods-pod1.slice/cri-containerd:\(container)",
      "4:memory:/kubepods/pod1/crio-\(container).scope",
      "9:perf_event:/machine.slice/libpod-\(container).scope",
    ])
  func controlGroups(line: String) { #expect(detected(cgroup: "12:devices:/\n\(line)\n") == Self.container) }

  @Test func fargateTasksHaveIDsOfTheirOwn() { #expect(detected(cgroup: "1:cpu:/ecs/abc/\(Self.task)") == Self.task) }

  @Test(
    "control groups outside of containers name none",
    arguments: [
      "", "0::/", "0::/user.slice/user-1000.slice/session-1.scope", "1:cpu:/docker/0123", "1:cpu:/docker/\(container)0",
      "1:cpu:/docker/\(container.dropLast())g", "1:cpu:/docker/\(container.uppercased())", "broken",
    ])
  func none(line: String) { #expect(detected(cgroup: line) == nil) }

  @Test(
    "mounts of version 2 name the container",
    arguments: [
      "473 456 254:1 /docker/containers/\(container)/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw",
      "1 2 0:1 /var/lib/docker/containers/\(container)/hostname /etc/hostname rw - ext4 /dev/sda1 rw",
      "1 2 0:1 /containers/overlay-containers/\(container)/userdata/hostname /etc/hostname rw - tmpfs tmpfs rw",
    ])
  func mounts(line: String) {
    #expect(detected(cgroup: "0::/\n", mounts: "1 2 0:1 / / rw - overlay overlay rw\n\(line)\n") == Self.container)
  }

  @Test func aPodsSandboxIsNoContainer() {
    let line =
      "1 2 8:1 /var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/\(Self.container)/hostname /etc/hostname rw"
    #expect(detected(mounts: line) == nil)
    #expect(
      detected(mounts: "1 2 8:1 /var/lib/docker/containers/\(Self.container)/resolv.conf /etc/resolv.conf rw") == nil)
    #expect(detected(mounts: "short line") == nil && detected() == nil)
  }
}
