internal import TelemetrySDK

/// The items of a batch, or its runs of items, by resource and, within a resource, by scope; both in the order of their first
/// item.
struct Regrouping {
  struct ResourceGroup {
    let resource: Resource
    fileprivate(set) var scopes: [ScopeGroup] = []
  }

  struct ScopeGroup {
    let scope: InstrumentationScope
    /// The numbers of the items or runs.
    fileprivate(set) var members: [Int] = []
  }

  private struct Place {
    var resource: Int
    var scope: Int
  }

  // Groups are found by identity, which is cheap, and by contents only for an identity that is new.
  private struct Identity: Hashable {
    let resource: ObjectIdentifier
    let scope: ObjectIdentifier
  }

  private struct Contents: Hashable {
    let resource: Int
    let scope: InstrumentationScope
  }

  private(set) var resources: [ResourceGroup] = []
  private var places: [Identity: Place] = [:]
  private var resourceNumbers: [Resource: Int] = [:]
  private var scopeNumbers: [Contents: Int] = [:]

  init(_ owners: some Sequence<(Resource, InstrumentationScope)>) {
    for (number, (resource, scope)) in owners.enumerated() {
      let identity = Identity(resource: ObjectIdentifier(resource.storage), scope: ObjectIdentifier(scope.storage))
      let place = places[identity] ?? newPlace(identity, resource, scope)
      resources[place.resource].scopes[place.scope].members.append(number)
    }
  }

  private mutating func newPlace(_ identity: Identity, _ owner: Resource, _ library: InstrumentationScope) -> Place {
    let resource = resourceNumbers[owner] ?? resources.count
    if resource == resources.count {
      resources.append(ResourceGroup(resource: owner))
      resourceNumbers[owner] = resource
    }
    let contents = Contents(resource: resource, scope: library)
    let scope = scopeNumbers[contents] ?? resources[resource].scopes.count
    if scope == resources[resource].scopes.count {
      resources[resource].scopes.append(ScopeGroup(scope: library))
      scopeNumbers[contents] = scope
    }
    let place = Place(resource: resource, scope: scope)
    places[identity] = place
    return place
  }
}
