/** JSON of the wire. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

export type Geometry =
  | { kind: 'box'; x: number; y: number; width: number; height: number }
  | { kind: 'rotated_box'; x: number; y: number; width: number; height: number; rotation: number }
  | { kind: 'ellipse'; cx: number; cy: number; rx: number; ry: number; rotation: number }
  | { kind: 'polygon'; parts: number[][][][] }
  | { kind: 'polyline'; points: number[][] }
  | { kind: 'point'; x: number; y: number }
  | { kind: 'keypoints'; points: Keypoint[] }
  | { kind: 'mask'; width: number; height: number; counts: number[] };
export interface Keypoint {
  x: number;
  y: number;
  v: number;
}

export interface UserSummary {
  id: string;
  name: string;
  email: string;
  color: string;
}
export type ProjectRole = 'labeler' | 'reviewer' | 'admin';
export type TaskStatus =
  'pending' | 'assigned' | 'in_progress' | 'review' | 'adjudication' | 'completed' | 'rejected' | 'skipped' | 'cancelled';
export type AssignmentStatus = 'assigned' | 'accepted' | 'submitted' | 'skipped' | 'released' | 'expired' | 'reassigned';
export interface LeaseView {
  assignment_id: string;
  user_id: string;
  user_name: string;
  status: AssignmentStatus;
  expires_at: string;
}
export interface Progress {
  total: number;
  pending: number;
  in_progress: number;
  completed: number;
  skipped: number;
}
export interface PresenceState {
  tool?: string | null;
  label?: string | null;
  selection?: string[];
  editing?: string | null;
  viewport?: number[] | null;
}
export interface Peer {
  peer: number;
  user: UserSummary;
  role: ProjectRole;
  state: PresenceState;
}
export interface PersonHere {
  user: UserSummary;
  task_id?: string | null;
}
export interface MyLease {
  assignment_id: string;
  project_id: string;
  task_id: string;
  fencing_token: number;
  expires_at: string;
}
export type LeaseEvent = 'given' | 'accepted' | 'renewed' | 'submitted' | 'skipped' | 'released' | 'expired' | 'reassigned';
export interface Limits {
  max_frame: number;
  max_channels: number;
}
