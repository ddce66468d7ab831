/** How fast a target is approached. */
export interface Schedule {
  /** Progress of the training, in [0, 1] → fraction of the target, in [0, 1]. Reaches 1 if the target is to be reached. */
  at(progress: number): number;
}
