import type { CalendarUpdate } from '../kinds/calendar.ts';
import type { Schedule } from '../kinds/schedule.ts';

/** When a method that follows a schedule updates what is left. */
export interface UpdateTimes {
  readonly schedule: Schedule;
  /** Steps between updates. */
  readonly every: number;
  /** Whether nothing is updated any more once the target is reached. */
  readonly freeze: boolean;
}

/** Share of the target to which a method has to go before a step; undefined if it has nothing to do. */
export function fractionDue({ schedule, every, freeze }: UpdateTimes, step: number, totalSteps: number): number | undefined {
  if (step % every !== 0 || (freeze && fractionInForce({ schedule, every }, step, totalSteps) === 1)) return undefined;
  return schedule.at(step / totalSteps) || undefined;
}

/** Share of the target that is in force after the last update before `step`. */
export const fractionInForce = ({ schedule, every }: Omit<UpdateTimes, 'freeze'>, step: number, totalSteps: number): number =>
  step <= 0 ? 0 : schedule.at((Math.floor((step - 1) / every) * every) / totalSteps);

/** All updates that are due before a step of a training, and at its end one to `last`, if there is one. */
export function updatesOf(times: UpdateTimes, totalSteps: number, last: number | undefined): CalendarUpdate[] {
  const updates: CalendarUpdate[] = [];
  for (let step = 0; step < totalSteps; step += times.every) {
    const fraction = fractionDue(times, step, totalSteps);
    if (fraction !== undefined) updates.push({ step, fraction });
  }
  return last === undefined ? updates : [...updates, { step: totalSteps, fraction: last }];
}
