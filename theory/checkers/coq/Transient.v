(** Theorem 1 without lag is attained for every p and rho, not only at the floor
    (docs/theory.md#floor.transient_attained): p prices a fall at a constant slope (Falling.v) exactly.

    With the length D = alpha K (moved + t) the weight is still on the slope after most of the K steps: p is near
    rest moved, and A near rest^2, which is the larger root of the closed form for x = 0 at that p. *)

From Coq Require Import Reals Lra Lia List Psatz.
From Analog Require Import Sums InnerProduct Expectation Windows Master Trajectory Descent Device Training Floor.
From Analog Require Import Synchronous Attained Falling.
Import ListNotations.
Local Open Scope R_scope.

(** * The point *)

(** At the slope - rest the mean direction is - moved, and (A, Y, a) = (rest^2, moved, moved) meets (i) and (ii) with
    equality at x = 0; A is the larger root of the closed form's quadratic there. *)
(* Claim: floor.transient_attained *)
Theorem falls_at_the_rate rho sigma size rest moved p A : 0 <= rho -> rho < 1 -> 0 <= rest -> 0 < size ->
  size ^ 2 = rest ^ 2 + sigma ^ 2 -> rho * size <= rest -> moved = rest - rho * size -> p = rest * moved ->
  A = rest ^ 2 ->
  (1 + - rest / size) / 2 * (size + rho * size) + (1 - (1 + - rest / size) / 2) * (- size + rho * size) = - moved /\
  0 <= p /\ size ^ 2 = A + sigma ^ 2 /\ A + moved ^ 2 - 2 * moved * rest = (rho * size) ^ 2 /\ moved * rest = p /\
  (1 - rho ^ 2) * A ^ 2 = 2 * (p + rho ^ 2 * sigma ^ 2 / 2) * A - p ^ 2 /\
  (p + rho ^ 2 * sigma ^ 2 / 2) / (1 - rho ^ 2) <= A.
Proof.
  intros Hr Hr1 Hrest Hsize Sq Falls -> -> ->.
  assert (D : 0 < 1 - rho ^ 2) by nra.
  split; [field; lra|]. split; [apply Rmult_le_pos; lra|]. split; [lra|]. split; [ring|]. split; [ring|].
  assert (E : rest ^ 2 - rest * (rest - rho * size) = rho * rest * size) by ring. split.
  - assert (Q : (rho * rest * size) ^ 2 = rho ^ 2 * rest ^ 2 * (rest ^ 2 + sigma ^ 2)) by (rewrite <- Sq; ring).
    rewrite <- E in Q. lra.
  - apply Rmult_le_reg_r with (1 - rho ^ 2); [exact D|]. unfold Rdiv at 1. rewrite Rmult_assoc, Rinv_l by lra.
    assert (S : rho * size * (rho * size) <= rho * size * rest)
      by (apply Rmult_le_compat_l; [apply Rmult_le_pos; lra | exact Falls]).
    assert (R2 : rho ^ 2 * size ^ 2 = rho ^ 2 * rest ^ 2 + rho ^ 2 * sigma ^ 2) by (rewrite Sq; ring).
    pose proof (Rmult_le_pos _ _ (pow2_ge_0 rho) (pow2_ge_0 sigma)). lra.
Qed.

(** * The limit *)

(** For all large K and alpha K, tau last: p is at most rest moved + eps, and A at least rest^2 - eps. *)
Theorem transient_attained L sigma rho rest eps :
  0 < L -> 0 < sigma -> 0 <= rho < 1 -> 0 <= rest -> rho * amplitude sigma (- rest) <= rest -> 0 < eps ->
  exists N, 0 < N /\ forall alpha K, 0 < alpha -> N <= INR K -> N <= alpha * INR K ->
    exists tau P f grad sample_gradient W, 0 < tau /\
      meets_assumptions P f grad sample_gradient W alpha tau (rho + eps) L sigma /\
      f (W []) / (alpha * INR K) <= rest * (rest - rho * amplitude sigma (- rest)) + eps /\
      rest ^ 2 - eps <= average_squared_gradient P 1 one K grad W.
Proof.
  intros HL Hs Hr Hrest Falls He. set (moved := rest - rho * amplitude sigma (- rest)). set (top := rest + sigma).
  assert (Hm : 0 <= moved) by (unfold moved; lra). assert (Ht : 0 < top) by (unfold top; lra).
  set (t := Rmin 1 (eps / (2 * (rest + 1)))).
  assert (T0 : 0 < t) by (apply Rmin_glb_lt; [lra | apply Rdiv_lt_0_compat; lra]).
  assert (T1 : t <= 1) by apply Rmin_l.
  assert (T2 : rest * t <= eps / 2).
  { apply Rle_trans with (rest * (eps / (2 * (rest + 1)))); [apply Rmult_le_compat_l; [lra | apply Rmin_r]|].
    apply Rmult_le_reg_r with (2 * (rest + 1)); [lra|].
    replace (rest * (eps / (2 * (rest + 1))) * (2 * (rest + 1))) with (rest * eps) by (field; lra).
    replace (eps / 2 * (2 * (rest + 1))) with (eps * rest + eps) by field. lra. }
  set (C := (2 * top + (moved + 1)) ^ 2). assert (HC : 0 < C) by (apply pow_lt; lra).
  set (N1 := rest ^ 2 * (4 * C) / (eps * t ^ 2)). set (N2 := rest ^ 2 / (L * eps)).
  assert (E2 : 0 < eps * t ^ 2) by (apply Rmult_lt_0_compat; [|apply pow_lt]; lra).
  assert (LE : 0 < L * eps) by (now apply Rmult_lt_0_compat).
  exists (1 + Rmax N1 N2).
  assert (HN1 : 0 <= N1) by (apply div_nonneg; [apply Rmult_le_pos; [apply pow2_ge_0 | lra] | exact E2]).
  pose proof (Rmax_l N1 N2) as M1. pose proof (Rmax_r N1 N2) as M2. split; [lra|].
  intros alpha K Ha HK1 HK2. assert (KP : 0 < INR K) by lra. assert (HK : (0 < K)%nat) by (apply INR_lt; exact KP).
  assert (AK : 0 < alpha * INR K) by (now apply Rmult_lt_0_compat).
  set (D := alpha * INR K * (moved + t)). assert (HD : 0 < D) by (apply Rmult_lt_0_compat; lra).
  set (e := Rmin eps (1 - rho)).
  assert (Ee : 0 < e /\ e <= eps /\ e <= 1 - rho)
    by (unfold e; split; [apply Rmin_glb_lt; lra|]; split; [apply Rmin_l | apply Rmin_r]).
  destruct Ee as (E0 & E1 & E3).
  assert (B0 : 0 <= rest / L) by (now apply div_nonneg).
  set (reach := D + rest / L + 2 * alpha * top).
  assert (HR : 0 < reach) by (unfold reach; pose proof (Rmult_lt_0_compat alpha top Ha Ht); lra).
  set (tau := reach / e + 2 * top * D / t).
  assert (P1 : 0 < reach / e) by (now apply Rdiv_lt_0_compat).
  assert (P2 : 0 < 2 * top * D / t) by (apply Rdiv_lt_0_compat; [|exact T0]; repeat apply Rmult_lt_0_compat; lra).
  assert (HT : 0 < tau) by (unfold tau; lra).
  assert (Far : rho * tau + D + rest / L + 2 * alpha * top <= (rho + e) * tau).
  { assert (reach <= e * tau); [|unfold reach in *; lra].
    replace reach with (e * (reach / e)) by (field; lra). apply Rmult_le_compat_l; unfold tau; lra. }
  assert (Wide : rho * tau + D + rest / L + 2 * alpha * top <= tau).
  { pose proof (Rmult_le_compat_r tau (rho + e) 1 ltac:(lra) ltac:(lra)). lra. }
  assert (Sat : rho * tau + D + rest / L + 2 * alpha * top <= (rho + eps) * tau).
  { pose proof (Rmult_le_compat_r tau (rho + e) (rho + eps) ltac:(lra) ltac:(lra)). lra. }
  assert (Slow : top * (D / tau) <= t / 2).
  { apply Rmult_le_reg_r with tau; [exact HT|]. replace (top * (D / tau) * tau) with (top * D) by (field; lra).
    replace (top * D) with (t / 2 * (2 * top * D / t)) by (field; lra).
    apply Rmult_le_compat_l; unfold tau; lra. }
  exists tau, (draws L sigma tau rho rest D Hs alpha), (height L tau rho rest D), (downhill L tau rho rest D),
    (drawn L sigma tau rho rest D), (fallen_to L sigma tau rho rest D alpha).
  split; [exact HT|]. split; [now apply fall_meets|]. split.
  - change (height_of L tau rho rest D (rho * tau) / (alpha * INR K) <= rest * moved + eps).
    rewrite height_start by assumption. unfold D.
    replace ((rest * (alpha * INR K * (moved + t)) + rest ^ 2 / (2 * L)) / (alpha * INR K))
      with (rest * moved + rest * t + rest ^ 2 / (2 * L) / (alpha * INR K)) by (field; lra).
    assert (rest ^ 2 / (2 * L) / (alpha * INR K) <= eps / 2); [|lra].
    apply Rmult_le_reg_r with (alpha * INR K); [exact AK|].
    replace (rest ^ 2 / (2 * L) / (alpha * INR K) * (alpha * INR K)) with (eps / 2 * N2) by (unfold N2; field; lra).
    apply Rmult_le_compat_l; lra.
  - set (room := alpha * INR K * (t / 2)). assert (HRo : 0 < room) by (apply Rmult_lt_0_compat; lra).
    set (pc := pace sigma tau rho rest D).
    assert (Pc : 0 <= pc /\ pc <= moved + t / 2).
    { split; [now apply pace_nonneg|]. unfold pc, pace. fold moved. fold top. lra. }
    apply Rle_trans with (2 := fall_average L sigma tau rho rest D HL Hs HT Hr Hrest HD alpha Ha Wide Hm K room HK HRo
      ltac:(fold pc; unfold D, room; pose proof (Rmult_le_compat_l (alpha * INR K) _ _ ltac:(lra) (proj2 Pc)); lra)).
    fold top. fold pc.
    assert (Cp : (2 * top + pc) ^ 2 <= C) by (apply pow_incr; lra).
    assert (rest ^ 2 * (INR K * (alpha ^ 2 * (2 * top + pc) ^ 2) / room ^ 2) <= eps); [|lra].
    apply Rle_trans with (rest ^ 2 * (INR K * (alpha ^ 2 * C) / room ^ 2)).
    + apply Rmult_le_compat_l; [apply pow2_ge_0|]. apply Rmult_le_compat_r.
      { left. apply Rinv_0_lt_compat, pow_lt, HRo. }
      apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_l; [apply pow2_ge_0 | exact Cp].
    + replace (rest ^ 2 * (INR K * (alpha ^ 2 * C) / room ^ 2)) with (eps * N1 / INR K)
        by (unfold room, N1; field; repeat split; lra).
      apply Rmult_le_reg_r with (INR K); [exact KP|].
      replace (eps * N1 / INR K * INR K) with (eps * N1) by (field; lra).
      apply Rmult_le_compat_l; lra.
Qed.

(** Every p >= 0 is rest moved for one slope, whose square is the closed form at x = 0. *)
Lemma slope_for p sigma rho : 0 <= p -> 0 < sigma -> 0 <= rho < 1 ->
  exists rest, 0 <= rest /\ rho * amplitude sigma (- rest) <= rest /\
    rest * (rest - rho * amplitude sigma (- rest)) = p /\ rest ^ 2 = synchronous p 0 sigma rho.
Proof.
  intros Hp Hs Hr. assert (Da : 0 < 1 - rho ^ 2) by nra. pose proof (pow2_ge_0 rho) as R2. pose proof (pow2_ge_0 sigma).
  set (a := 1 - rho ^ 2) in *. set (B := 2 * p + rho ^ 2 * sigma ^ 2).
  assert (Rs : 0 <= rho ^ 2 * sigma ^ 2) by (now apply Rmult_le_pos).
  assert (Disc : 0 <= B ^ 2 - 4 * a * p ^ 2).
  { unfold B, a. replace ((2 * p + rho ^ 2 * sigma ^ 2) ^ 2 - 4 * (1 - rho ^ 2) * p ^ 2)
      with (4 * p * (rho ^ 2 * sigma ^ 2) + (rho ^ 2 * sigma ^ 2) ^ 2 + 4 * rho ^ 2 * p ^ 2) by ring.
    pose proof (Rmult_le_pos _ _ Hp Rs). pose proof (pow2_ge_0 (rho ^ 2 * sigma ^ 2)).
    pose proof (Rmult_le_pos _ _ R2 (pow2_ge_0 p)). lra. }
  set (A := synchronous p 0 sigma rho).
  assert (EA : 2 * a * A = B + sqrt (B ^ 2 - 4 * a * p ^ 2)).
  { unfold A, synchronous. cbv zeta.
    replace ((1 - 0 / 2 * (1 + rho ^ 2)) ^ 2 - rho ^ 2 * (1 - 0) ^ 2) with a by (unfold a; field).
    replace (2 * (p + 0 / 2 * (1 + rho ^ 2) * sigma ^ 2) * (1 - 0 / 2 * (1 + rho ^ 2))
      + rho ^ 2 * sigma ^ 2 * ((1 - 0) ^ 2 + 0 ^ 2)) with B by (unfold B; field).
    replace ((p + 0 / 2 * (1 + rho ^ 2) * sigma ^ 2) ^ 2 - rho ^ 2 * sigma ^ 4 * 0 ^ 2) with (p ^ 2) by field.
    field. lra. }
  pose proof (sqrt_pos (B ^ 2 - 4 * a * p ^ 2)) as S0. pose proof (pow2_sqrt _ Disc) as S2.
  set (s := sqrt (B ^ 2 - 4 * a * p ^ 2)) in *.
  assert (Quad : a * A ^ 2 - B * A + p ^ 2 = 0).
  { apply Rmult_eq_reg_l with (4 * a); [|lra]. replace s with (2 * a * A - B) in S2 by lra. lra. }
  assert (Ap : p <= A).
  { apply Rmult_le_reg_l with (2 * a); [lra|]. rewrite EA.
    assert (2 * a * p <= 2 * p); [|unfold B; lra].
    replace (2 * p) with (2 * 1 * p) by ring. apply Rmult_le_compat_r; [exact Hp|]. unfold a. lra. }
  exists (sqrt A). pose proof (sqrt_pos A) as Rp. pose proof (pow2_sqrt A ltac:(lra)) as Rq.
  pose proof (amplitude_pos sigma Hs (- sqrt A)) as Ap0. pose proof (amplitude_sq sigma (- sqrt A)) as Aq.
  replace ((- sqrt A) ^ 2) with A in Aq by (rewrite <- Rq at 1; ring).
  set (r := sqrt A) in *. set (z := amplitude sigma (- r)) in *.
  assert (Eq : A - p = rho * (r * z)).
  { assert ((A - p) ^ 2 = (rho * (r * z)) ^ 2).
    { replace ((rho * (r * z)) ^ 2) with (rho ^ 2 * (r ^ 2 * z ^ 2)) by ring. rewrite Rq, Aq.
      unfold a, B in Quad. lra. }
    assert (0 <= rho * (r * z)) by (apply Rmult_le_pos; [lra | apply Rmult_le_pos; lra]).
    apply Rsqr_inj; [lra | assumption | now rewrite !Rsqr_pow2]. }
  split; [exact Rp|]. split; [|split; [lra | exact Rq]].
  destruct (Rle_lt_or_eq_dec 0 r Rp) as [Rpos|Rz].
  - apply Rmult_le_reg_l with r; [exact Rpos|]. lra.
  - (* A = 0: then p = 0 and rho sigma = 0 *)
    assert (A0 : A = 0) by (rewrite <- Rq, <- Rz; ring).
    assert (B <= 0) by (rewrite A0 in EA; lra).
    assert (Z : rho ^ 2 * sigma ^ 2 = 0) by (unfold B in *; lra).
    assert (rho = 0).
    { apply Rmult_integral in Z. destruct Z as [Z|Z]; [nra|]. assert (0 < sigma ^ 2) by (apply pow_lt; exact Hs). lra. }
    subst rho. lra.
Qed.

(** What this says of any analysis: a bound that holds for all such instances is at least the closed form at x = 0,
    for every p, in the limit. *)
Theorem no_lower_bound L sigma rho p (bound : R -> R -> R -> R) :
  0 < L -> 0 < sigma -> 0 <= rho < 1 -> 0 <= p ->
  (forall P f grad sample_gradient W alpha tau rho' K, 0 < alpha -> 0 < tau -> (0 < K)%nat ->
    meets_assumptions P f grad sample_gradient W alpha tau rho' L sigma ->
    average_squared_gradient P 1 one K grad W <= bound (f (W []) / (alpha * INR K)) (alpha * L) rho') ->
  forall eps, 0 < eps -> exists N, 0 < N /\ forall alpha K, 0 < alpha -> N <= INR K -> N <= alpha * INR K ->
    exists p', p' <= p + eps /\ synchronous p 0 sigma rho - eps <= bound p' (alpha * L) (rho + eps).
Proof.
  intros HL Hs Hr Hp Valid eps He.
  destruct (slope_for p sigma rho Hp Hs Hr) as (rest & R0 & Falls & Start & Ends).
  destruct (transient_attained L sigma rho rest eps HL Hs Hr R0 Falls He) as (N & HN & Inst).
  exists N. split; [exact HN|]. intros alpha K Ha HK HaK.
  destruct (Inst alpha K Ha HK HaK) as (tau & P & f & grad & sample_gradient & W & Ht & Meets & Price & Avg).
  exists (f (W []) / (alpha * INR K)). rewrite Start in Price. split; [exact Price|].
  rewrite <- Ends. apply Rle_trans with (1 := Avg). apply (Valid P f grad sample_gradient W alpha tau); auto.
  apply INR_lt. simpl. lra.
Qed.
