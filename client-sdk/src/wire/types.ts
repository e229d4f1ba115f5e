/** Names for the types of the wire. All of them are generated from the server's OpenAPI document; none is written by hand. */
import type { components } from '../generated/openapi.js';

type Schemas = components['schemas'];

/** JSON of the wire. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What a client may say. */
export type ClientControl = Schemas['ClientControlJson'];
/** What the server may say. */
export type ServerControl = Schemas['ServerControlJson'];

export type Annotation = Schemas['Annotation'];
export type AnnotationEvent = Schemas['AnnotationEvent'];
export type AnnotationSource = Schemas['AnnotationSource'];
export type AnnotationStatus = Schemas['AnnotationStatus'];
export type Asset = Schemas['Asset'];
export type AssetStatus = Schemas['AssetStatus'];
export type AssetUpload = Schemas['AssetUpload'];
export type Assignment = Schemas['Assignment'];
export type AssignmentStatus = Schemas['AssignmentStatus'];
export type AuthSession = Schemas['AuthSession'];
export type Batch = Schemas['Batch'];
export type Bye = Schemas['Bye'];
export type CreateAsset = Schemas['CreateAsset'];
export type CreateBatch = Schemas['CreateBatch'];
export type CreateProject = Schemas['CreateProject'];
export type CreateTasks = Schemas['CreateTasks'];
export type CreatedTasks = Schemas['CreatedTasks'];
export type DurabilityChanged = Schemas['DurabilityChanged'];
export type ErrorMessage = Schemas['ErrorMessage'];
export type ExportFormat = Schemas['ExportFormat'];
export type FieldError = Schemas['FieldError'];
export type Geometry = Schemas['Geometry'];
export type GhostsReset = Schemas['GhostsReset'];
export type Hello = Schemas['Hello'];
export type Keypoint = Schemas['Keypoint'];
export type LabelDef = Schemas['LabelDef'];
export type LabelSchema = Schemas['LabelSchema'];
export type LeaseChanged = Schemas['LeaseChanged'];
export type LeaseEvent = Schemas['LeaseEvent'];
export type LeaseView = Schemas['LeaseView'];
export type Limits = Schemas['Limits'];
export type Me = Schemas['Me'];
export type MyLease = Schemas['MyLease'];
export type MyProject = Schemas['MyProject'];
export type NewTask = Schemas['NewTask'];
export type NextTask = Schemas['NextTask'];
export type Peer = Schemas['Peer'];
export type PeerState = Schemas['PeerState'];
export type PersonHere = Schemas['PersonHere'];
export type Ping = Schemas['Ping'];
export type Pong = Schemas['Pong'];
export type PresenceDiff = Schemas['PresenceDiff'];
export type PresenceState = Schemas['PresenceState'];
export type PresignedRequest = Schemas['PresignedRequest'];
export type Problem = Schemas['Problem'];
export type Progress = Schemas['Progress'];
export type Project = Schemas['Project'];
export type ProjectDiff = Schemas['ProjectDiff'];
export type ProjectLive = Schemas['ProjectLive'];
export type ProjectMember = Schemas['ProjectMember'];
export type ProjectRole = Schemas['ProjectRole'];
export type ProjectStatus = Schemas['ProjectStatus'];
export type Refresh = Schemas['Refresh'];
export type Refreshed = Schemas['Refreshed'];
export type Region = Schemas['Region'];
export type RegionChanges = Schemas['RegionChanges'];
export type RegionKind = Schemas['RegionKind'];
export type RegionRow = Schemas['RegionRow'];
export type SetPresence = Schemas['SetPresence'];
export type SkipTask = Schemas['SkipTask'];
export type SubmitTask = Schemas['SubmitTask'];
export type Submitted = Schemas['Submitted'];
export type Subscribe = Schemas['Subscribe'];
export type Subscribed = Schemas['Subscribed'];
export type Task = Schemas['Task'];
export type TaskChanged = Schemas['TaskChanged'];
export type TaskJoined = Schemas['TaskJoined'];
export type TaskStatus = Schemas['TaskStatus'];
export type Topic = Schemas['Topic'];
export type TopicKind = Schemas['TopicKind'];
export type UpdateProject = Schemas['UpdateProject'];
export type UserLive = Schemas['UserLive'];
export type UserSummary = Schemas['UserSummary'];
export type Welcome = Schemas['Welcome'];
export type Work = Schemas['Work'];
export type WorkspaceRole = Schemas['WorkspaceRole'];
