/** When a pruner decides anew which weights are left, and how many of each kernel. */
export interface Calendar {
  /** In the order of the steps, at most one for each. */
  readonly updates: readonly CalendarUpdate[];
  /** Weights that an update leaves, by kernel name; all of those that are not named. */
  countsAt(fraction: number): ReadonlyMap<string, number>;
  /** True if `countsAt` depends on the values of the weights, so that it says what those of now would give. */
  readonly dynamic: boolean;
}

export interface CalendarUpdate {
  /** The first step that computes with the outcome; `totalSteps` for what `finish` does. */
  readonly step: number;
  /** Share of the way to the target, in [0, 1]. */
  readonly fraction: number;
}
