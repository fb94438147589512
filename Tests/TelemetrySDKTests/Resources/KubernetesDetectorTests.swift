import TestThreads
import Testing

@testable import TelemetrySDK

@Suite(.ownThreads) struct KubernetesDetectorTests {
  private static let namespaceFile = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

  private func detect(_ environment: [String: String], _ files: [String: String] = [:]) -> Attributes {
    let inside = environment.merging(["KUBERNETES_SERVICE_HOST": "10.0.0.1"]) { first, _ in first }
    return KubernetesDetector(environment: inside, files: .fixed(files)).detect().attributes
  }

  @Test func outsideOfKubernetesThereIsNothing() {
    let detector = KubernetesDetector(environment: ["K8S_POD_NAME": "p"], files: .fixed([Self.namespaceFile: "n"]))
    #expect(detector.detect() == .empty)
  }

  @Test func theDownwardAPIsNamesAreRead() {
    let attributes = detect([
      "K8S_POD_NAME": "p", "K8S_POD_UID": "u", "K8S_NAMESPACE_NAME": "n", "K8S_NODE_NAME": "o",
      "K8S_CONTAINER_NAME": "c", "K8S_DEPLOYMENT_NAME": "d", "K8S_CLUSTER_NAME": "l",
    ])
    #expect(
      attributes == [
        "k8s.pod.name": "p", "k8s.pod.uid": "u", "k8s.namespace.name": "n", "k8s.node.name": "o",
        "k8s.container.name": "c", "k8s.deployment.name": "d", "k8s.cluster.name": "l",
      ])
    #expect(detect(["POD_NAME": "a", "OTEL_RESOURCE_ATTRIBUTES_POD_NAME": "b"]) == ["k8s.pod.name": "b"])
    #expect(detect(["POD_NAMESPACE": "n", "NODE_NAME": "o"]) == ["k8s.namespace.name": "n", "k8s.node.name": "o"])
  }

  @Test func theNamespaceIsTheServiceAccounts() {
    #expect(detect([:], [Self.namespaceFile: "shop\n"]) == ["k8s.namespace.name": "shop"])
    #expect(detect(["K8S_NAMESPACE": "own"], [Self.namespaceFile: "shop"]) == ["k8s.namespace.name": "own"])
    #expect(detect([:]).isEmpty)
  }

  @Test func thePodsUIDIsReadFromTheMounts() {
    let uid = "2c48913c-b29f-11e7-9350-020968147796"
    let mounts = """
      1 2 0:1 / / rw - overlay overlay rw
      9 8 8:1 /var/lib/kubelet/pods/\(uid)/etc-hosts /etc/hosts rw,relatime - ext4 /dev/sda1 rw
      """
    #expect(detect([:], ["/proc/self/mountinfo": mounts]) == ["k8s.pod.uid": .string(uid)])
    #expect(detect([:], ["/proc/self/mountinfo": "9 8 8:1 /pods /etc/hosts rw\nx"]).isEmpty)
  }
}
