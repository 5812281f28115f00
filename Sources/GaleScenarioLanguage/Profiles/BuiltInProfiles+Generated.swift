// SPDX-License-Identifier: Apache-2.0
// swift-format-ignore-file
// Written by Scripts/embed-profiles from Scenarios/profiles; do not edit.

extension BuiltInProfiles {
    static let generated: [(name: String, text: String)] = [
        (
            "apns",
            ###"""
# Apple Push Notification service, over HTTP/2 with one account's token.
# Not modelled: 429 TooManyRequests for one device token, JWT renewal, streams and GOAWAY of a connection.
kind: provider                  # estimate: no number, what this file is
about: Apple Push Notification service
dialect: apns                   # source: Apple, "Handling notification responses from APNs": status and reason
latency: lognormal median 40ms p99 400ms    # estimate: median as in pushy's wiki (about 40 ms to the API), the tail guessed; a sandbox from Seoul showed 419 ms
capacity: 250k/s                # estimate: Apple documents no account-wide limit; what a sender with many connections may get
maximum-wait: 500ms             # estimate: the line before it sheds
excess: 503 ServiceUnavailable  # source: Apple, "Handling notification responses from APNs": 503, the server is unavailable
rejection-cost: 2%              # estimate
rejection-latency: 10%          # estimate
quota: none                     # source: Apple documents none for an account; 429 concerns one device token
outcomes:                       # estimate: the shares; the answers are named below
  - {answer: 410 Unregistered, share: 0.3%, layer: recipient}     # source: Apple's table: the token is inactive for the topic; the share is an estimate
  - {answer: 400 BadDeviceToken, share: 0.02%, layer: recipient}  # source: Apple's table: wrong token or environment; the share is an estimate
  - {answer: 500 InternalServerError, share: 0.005%, layer: call} # source: Apple's table; the share is an estimate
  - {answer: 503 Shutdown, share: 0.002%, layer: call}            # source: Apple's table: this server is shutting down; the share is an estimate
retry-after: none               # source: none documented in Apple's table
weather: 0.15                   # estimate
error-weather: 0.5              # estimate: errors come in bad seconds

"""###
        ),
        (
            "direct",
            ###"""
# SPDX-License-Identifier: Apache-2.0
kind: direct                          # source: an in-memory queue without delay, as queueing theory has it
about: A queue in memory, without delay and without loss

"""###
        ),
        (
            "fcm",
            ###"""
# Firebase Cloud Messaging, HTTP v1 API, one project.
# Not modelled: limits of a device (240 a minute, 5,000 an hour) and of a collapse key, topic fan-out.
kind: provider                  # estimate: no number, what this file is
about: Firebase Cloud Messaging, HTTP v1, one project
dialect: fcm                    # source: Firebase, "ErrorCode" in the FCM HTTP v1 reference
latency: lognormal median 90ms p95 350ms    # estimate: p95 of about 350 ms is second-hand, the median guessed
capacity: 250k/s                # estimate: beyond what the quota of a large project allows
maximum-wait: 1s                # estimate: the line before it sheds
excess: 503 UNAVAILABLE         # source: Firebase, "ErrorCode": the server is overloaded
rejection-cost: 2%              # estimate
rejection-latency: 10%          # estimate
quota:                          # source: Firebase, "Throttling and quotas", below; a large sender has asked for more
  count: 600k                   # source: "Throttling and quotas": the default of a project, messages a minute
  window: 1min                  # source: "Throttling and quotas": per minute, minutes not aligned with the clock
  refill: at-once               # source: "Throttling and quotas": refused until the quota is refilled in the following minute
  answer: 429 QUOTA_EXCEEDED    # source: "ErrorCode": 429 when the sending limit is exceeded; Retry-After is the time to the refill
outcomes:                       # estimate: the shares; the answers are named below
  - {answer: 404 UNREGISTERED, share: 0.5%, layer: recipient}       # source: "ErrorCode": the app was removed from the device; the share is an estimate
  - {answer: 400 INVALID_ARGUMENT, share: 0.02%, layer: recipient}  # source: "ErrorCode": a bad token among others; the share is an estimate
  - {answer: 500 INTERNAL, share: 0.01%, layer: call}               # source: "ErrorCode"; the share is an estimate
  - {answer: 503 UNAVAILABLE, share: 0.02%, layer: call}            # source: "ErrorCode"; the share is an estimate
retry-after: 10s                # estimate: "Scale FCM" asks for 10 s at least before the first retry; what 503 carries is not documented
weather: 0.2                    # estimate
error-weather: 0.8              # estimate: Google's report on August and September 2018 tells of spikes of 0.1 to 8 %

"""###
        ),
        (
            "gateway",
            ###"""
# An in-app gateway of our own: it holds the sessions of those who are connected, and keeps the inbox of those who are not.
# Not modelled: sessions themselves (heartbeats, resume, reconnects): presence is a property of the recipient here.
kind: provider                  # estimate: no number, what this file is
about: In-app gateway with an inbox
dialect: gateway                # source: HTTP status codes, RFC 9110, with words of our own
latency: lognormal median 4ms p99 40ms      # estimate: within a region
capacity: 100k/s                # estimate
maximum-wait: 250ms             # estimate: the line before it sheds
excess: 503 Overloaded          # source: RFC 9110, 15.6.4: overloaded, later again; the word is ours
rejection-cost: 2%              # estimate
rejection-latency: 10%          # estimate
quota: none                     # estimate: our own
outcomes:                       # estimate: the shares; the answers are named below
  - {answer: 202, share: 40%, layer: recipient}                    # source: RFC 9110, 15.3.3: accepted (kept in the inbox); the share is an estimate
  - {answer: 410 UnknownRecipient, share: 0.1%, layer: recipient}  # source: RFC 9110, 15.5.11: gone; word and share are estimates
  - {answer: 503 Draining, share: 0.01%, layer: call}              # source: RFC 9110, 15.6.4; word and share are estimates: a node that is being replaced
retry-after: 1s                 # estimate
weather: 0.1                    # estimate
error-weather: 0.5              # estimate

"""###
        ),
        (
            "kafka",
            ###"""
# SPDX-License-Identifier: Apache-2.0
kind: kafka
about: Apache Kafka 4 with its documented defaults, three copies of each partition
nodes: 3                              # estimate: the smallest cluster that survives one node
replication-factor: 3                 # estimate: usual in production; Kafka's default is 1 (ReplicationConfigs.java)
min-insync-replicas: 2                # estimate: usual with three copies; Kafka's default is 1
acks: all                             # source: ProducerConfig.java, since 3.0
idempotence: true                     # source: ProducerConfig.java, since 3.0
linger: 5ms                           # source: ProducerConfig.java, since 4.0 (0 before)
batch-size: 16KiB                     # source: ProducerConfig.java, batch.size 16384
buffer-memory: 32MiB                  # source: ProducerConfig.java, buffer.memory 33554432
max-block: 60s                        # source: ProducerConfig.java, max.block.ms
delivery-timeout: 120s                # source: ProducerConfig.java, delivery.timeout.ms
retry-backoff: 100ms                  # estimate: retry.backoff.ms as documented; its rise to 1 s is not modelled
append: lognormal median 500us sigma 0.6         # estimate: page cache and network on one site
replication: lognormal median 2ms sigma 0.6      # estimate: one fetch round trip of a follower on one site
broker-session: 9s                    # source: KRaftConfigs.java, broker.session.timeout.ms
election: 500ms                       # estimate: controller, metadata refresh and one producer retry
max-poll-records: 500                 # source: ConsumerConfig.java, max.poll.records
auto-commit: 5s                       # source: ConsumerConfig.java, auto.commit.interval.ms
session: 45s                          # source: ConsumerConfig.java, session.timeout.ms
rebalance: 3s                         # source: GroupCoordinatorConfig.java, group.initial.rebalance.delay.ms
assignor: cooperative                 # estimate: cooperative-sticky (KIP-429); the default list begins with range
static-membership: false              # source: ConsumerConfig.java, group.instance.id is null

"""###
        ),
        (
            "redis",
            ###"""
# SPDX-License-Identifier: Apache-2.0
kind: store
about: Redis on the same site, six primaries; look-ups and writes of small keys
latency: lognormal median 200us p99 1ms          # estimate: GET and SET on a LAN, 0.1 to 0.3 ms, p99 about 1 ms
capacity: 600k/s                                 # estimate: 100k/s for each primary without pipelining
maximum-wait: 50ms                               # estimate: a client pool gives up about then
errors: 0%                                       # estimate: none without a fault
shards: 6                                        # estimate: six primaries of a cluster

"""###
        ),
        (
            "sms",
            ###"""
# An SMS provider with an API like Twilio's: the create call accepts into a queue, which empties at the senders' rate.
# Not modelled: status callbacks (30003 and the like arrive there), carriers' daily limits, segments longer than one.
kind: provider                  # estimate: no number, what this file is
about: SMS provider, Twilio-like create call
dialect: sms                    # source: Twilio, error dictionary (twilio.com/docs/api/errors)
latency: lognormal median 120ms p99 800ms   # estimate: of the create call; when the message reaches the phone is another matter
capacity: 10k/s                 # estimate: a pool of 100 short codes at 100 messages a second each, which is Twilio's figure for one
maximum-wait: 10h               # source: Twilio, errors/21611: queued for 10 hours at most (older pages of errors/30001: 4)
excess: 429 21611               # source: Twilio, errors/21611: the sender's queue is full, the create call is refused; the status is an estimate
answers: on-admission           # source: Twilio, Messages resource: 201 with status queued or accepted
rejection-cost: 0%              # estimate: a refused create call takes nothing from the sending rate
rejection-latency: 50%          # estimate
quota: none                     # estimate: no rate of calls is documented, only concurrency
concurrency:                    # source: Twilio, errors/20429: requests at once per account
  limit: 5000                   # estimate: third parties tell of about 100 for an ordinary account; a large sender has more
  answer: 429 20429             # source: Twilio, errors/20429: not processed, safe to repeat
outcomes:                       # estimate: the shares; the answers are named below
  - {answer: 400 30005, share: 0.3%, layer: recipient}    # source: Twilio, errors/30005: unknown handset; the share is an estimate; in life a callback says so
  - {answer: 400 30006, share: 0.1%, layer: recipient}    # source: Twilio, errors/30006: landline or unreachable carrier; as above
  - {answer: 500, share: 0.01%, layer: call}              # estimate
retry-after: none               # estimate: errors/20429 names a backoff, no header
weather: 0.2                    # estimate
error-weather: 0.5              # estimate

"""###
        ),
        (
            "smtp",
            ###"""
# Mail to the big mailbox providers, seen from the sender: one figure for all destinations together.
# Not modelled: each destination's own limits and reputation, bounces that arrive later.
kind: provider                  # estimate: no number, what this file is
about: SMTP relay to mailbox providers
dialect: smtp                   # source: RFC 5321, section 4.2 (replies) and RFC 3463 (enhanced status codes)
latency: lognormal median 350ms p99 5s      # estimate: one message's dialogue over an open connection
capacity: 60k/s                 # estimate: SendGrid told of 115,000 a second in the peak hour of 2020; a platform of its own has less
maximum-wait: 2s                # estimate: the line before it throttles
excess: 421 4.7.0               # source: Yahoo, SMTP error codes: 421 4.7.0 [TSS04], deferred due to unexpected volume
rejection-cost: 2%              # estimate
rejection-latency: 10%          # estimate
quota: none                     # estimate: destinations throttle by 421, which is the excess above
outcomes:                       # estimate: the shares; the answers are named below
  - {answer: 550 5.1.1, share: 0.4%, layer: recipient}    # source: RFC 3463, 3.2: bad destination mailbox; the share is an estimate
  - {answer: 552 5.2.2, share: 0.05%, layer: recipient}   # source: RFC 3463, 3.3: mailbox full; the share is an estimate
  - {answer: 451 4.3.0, share: 0.05%, layer: call}        # source: RFC 5321, 4.2: local error in processing; the share is an estimate
greylisting:                    # source: RFC 6647 (what it is); the numbers below
  share: 0.2%                   # estimate: large mailbox providers do not greylist, small ones do
  delay: 5min                   # source: Plesk, "How to configure greylisting": grey interval 5 minutes
  memory: 36d                   # source: Plesk, "How to configure greylisting": expire interval 51,840 minutes
  answer: 450 4.7.1             # source: RFC 6647 and RFC 3463, 3.8: refused for now by policy
retry-after: none               # source: RFC 5321 has no such thing
weather: 0.2                    # estimate
error-weather: 0.5              # estimate

"""###
        ),
    ]
}
