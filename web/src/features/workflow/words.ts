/** What the form's own words are called on the screen. */
export const METRICS = [
  ['agreement:exact_match', 'Exactly the same'],
  ['agreement:percentage', 'Field by field'],
  ['agreement:iou', 'Boxes of a label (IoU)'],
  ['agreement:krippendorff_alpha', "Krippendorff's alpha"],
  ['agreement:token_f1', 'Words (token F1)'],
] as const;

export const STRATEGIES = [
  ['majority_vote', 'Majority'],
  ['weighted_vote', 'Majority by trust'],
  ['adjudication', 'Somebody decides'],
  ['additional_annotators', 'Ask more people'],
  ['escalate', 'Hold for an admin'],
] as const;

export const METHODS = [
  ['majority', 'The most frequent'],
  ['best_annotator', 'Of the most trusted'],
  ['first', 'The first'],
] as const;

export const TIMEOUT_ACTIONS = [
  ['proceed', 'Go on with what is there'],
  ['retry', 'Open the step anew'],
  ['escalate', 'Hold for an admin'],
] as const;

export const MODES = [
  ['pool', 'People take the next one'],
  ['auto', 'The server gives it to somebody'],
  ['hybrid', 'Offered first, then free to take'],
  ['manual', 'Only an admin gives it'],
] as const;

export const STARTS = [['last_answer', 'The last answer, to go on with it']] as const;

export const ROLES = [
  ['labeler', 'Labeler'],
  ['reviewer', 'Reviewer'],
  ['adjudicator', 'Adjudicator'],
  ['admin', 'Admin'],
] as const;

export const LEVELS = [
  ['novice', 'Novice'],
  ['intermediate', 'Intermediate'],
  ['advanced', 'Advanced'],
  ['expert', 'Expert'],
] as const;

export const COMPLETIONS = {
  annotation: [
    ['annotation_count', 'Enough people answered'],
    ['manual', 'Somebody ends it by hand'],
  ],
  adjudication: [
    ['annotation_count', 'Enough people answered'],
    ['manual', 'Somebody ends it by hand'],
  ],
  review: [['review_decision', 'Somebody decided']],
} as const;

export const CONDITIONS = [
  ['on_complete', 'When the step is done'],
  ['on_agreement', 'When people agree'],
  ['on_disagreement', 'When people disagree'],
  ['on_decision', 'On a review decision'],
  ['sample', 'For a sample'],
  ['percentage', 'For a share'],
  ['worked_on', 'By who worked on it'],
  ['expression', 'When an expression holds'],
  ['always', 'Always'],
] as const;

export const DECISIONS = [
  ['approve', 'Approved'],
  ['reject', 'Rejected'],
  ['request_changes', 'Changes asked for'],
] as const;
