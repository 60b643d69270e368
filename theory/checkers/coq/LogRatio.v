(** One number a device: l = (1/2) ln (qmax/qmin), qmax and qmin the extreme responses on the weights that are met.

    The device takes the step gain * D up to a relative error gamma = tanh l, no other gain makes gamma smaller, and
    the floor is sigma^2 sinh^2 l. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Device Response Floor.
Local Open Scope R_scope.

(** * The number *)

Definition gamma_of (least most : R) : R := (most - least) / (most + least).
Definition gain_of (least most : R) : R := (most + least) / 2.
Definition log_ratio (least most : R) : R := ln (most / least) / 2.
Definition artanh (s : R) : R := log_ratio (1 - s) (1 + s).

Section one_number.
  Variables least most : R.
  Hypothesis least_pos : 0 < least.
  Hypothesis most_pos : 0 < most.

  Lemma log_ratio_exp : exp (log_ratio least most) ^ 2 = most / least.
  Proof.
    replace (exp (log_ratio least most) ^ 2)
      with (exp (log_ratio least most) * exp (log_ratio least most)) by ring.
    rewrite <- exp_plus. unfold log_ratio.
    replace (ln (most / least) / 2 + ln (most / least) / 2) with (ln (most / least)) by field.
    apply exp_ln, Rdiv_lt_0_compat; assumption.
  Qed.

  (** gamma = tanh l *)
  Theorem gamma_is_tanh : gamma_of least most = tanh (log_ratio least most).
  Proof.
    pose proof log_ratio_exp as E. pose proof (exp_pos (log_ratio least most)) as T.
    unfold tanh, sinh, cosh. rewrite exp_Ropp. set (t := exp _) in *.
    replace ((t - / t) / 2 / ((t + / t) / 2)) with ((t ^ 2 - 1) / (t ^ 2 + 1)) by (field; nra).
    rewrite E. unfold gamma_of. field. lra.
  Qed.

  (** gamma^2 sigma^2 / (1 - gamma^2) = sigma^2 sinh^2 l = sigma^2 (qmax - qmin)^2 / (4 qmax qmin) *)
  (* Claim: response.floor *)
  Theorem floor_is_sinh sigma :
    floor (gamma_of least most) sigma = sigma ^ 2 * sinh (log_ratio least most) ^ 2 /\
    floor (gamma_of least most) sigma = sigma ^ 2 * (most - least) ^ 2 / (4 * most * least).
  Proof.
    assert (Q : floor (gamma_of least most) sigma = sigma ^ 2 * (most - least) ^ 2 / (4 * most * least)).
    { unfold floor, gamma_of. field. repeat split; nra. }
    split; [|exact Q]. rewrite Q. pose proof log_ratio_exp as E. pose proof (exp_pos (log_ratio least most)) as T.
    unfold sinh. rewrite exp_Ropp. set (t := exp _) in *.
    replace (((t - / t) / 2) ^ 2) with ((t ^ 2 - 1) ^ 2 / (4 * t ^ 2)) by (field; lra).
    rewrite E. field. lra.
  Qed.

  Lemma gamma_range : least <= most -> 0 <= gamma_of least most < 1.
  Proof.
    intros L. pose proof (Rinv_0_lt_compat (most + least)) as I. unfold gamma_of, Rdiv. split.
    - apply Rmult_le_pos; [lra | left; apply I; lra].
    - apply Rmult_lt_reg_r with (most + least); [lra|]. rewrite Rmult_assoc, Rinv_l; lra.
  Qed.

  (** Whatever gain one takes, the distortion is at least gamma: larger by what the gain is too small or too large. *)
  (* Claim: response.best *)
  Theorem best_gain gain gamma :
    least <= most -> 0 < gain -> gain * (1 - gamma) <= least -> most <= gain * (1 + gamma) ->
    let best := gamma_of least most in let mean := gain_of least most in
    (mean * (1 - best) = least /\ mean * (1 + best) = most) /\
    ((mean - gain) * (1 + best) <= gain * (gamma - best) /\ (gain - mean) * (1 - best) <= gain * (gamma - best)) /\
    best <= gamma /\ (1 - gamma) * most <= (1 + gamma) * least.
  Proof.
    intros L G Low High best mean.
    assert (M : mean * (1 - best) = least /\ mean * (1 + best) = most)
      by (unfold mean, best, gain_of, gamma_of; split; field; lra).
    destruct M as [M0 M1].
    assert (R : (1 - gamma) * most <= (1 + gamma) * least).
    { apply Rmult_le_reg_l with gain; [exact G|]. pose proof (gamma_range L) as B. fold best in B.
      destruct (Rle_lt_dec gamma 1) as [S|S]; [|nra].
      pose proof (Rmult_le_compat_l (1 - gamma) _ _ ltac:(lra) High).
      destruct (Rle_lt_dec 0 (1 + gamma)) as [T|T]; [|nra].
      pose proof (Rmult_le_compat_l (1 + gamma) _ _ T Low). nra. }
    split; [now split|]. split; [split; nra|]. split; [|exact R].
    unfold best, gamma_of. apply Rmult_le_reg_r with (most + least); [lra|].
    unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
  Qed.
End one_number.

(** l adds up over independent imperfections: their ratios multiply. *)
Theorem log_ratio_adds a b c d :
  0 < a -> 0 < b -> 0 < c -> 0 < d -> log_ratio (a * c) (b * d) = log_ratio a b + log_ratio c d.
Proof.
  intros A B C D. unfold log_ratio.
  replace (b * d / (a * c)) with (b / a * (d / c)) by (field; lra).
  rewrite ln_mult by (apply Rdiv_lt_0_compat; assumption). field.
Qed.

(** In terms of gamma: products of responses have (g + g')/(1 + g g'), the hyperbolic tangent of a sum. *)
(* Claim: response.additive *)
Theorem gamma_adds a b c d :
  0 < a -> 0 < b -> 0 < c -> 0 < d ->
  let g := gamma_of a b in let g' := gamma_of c d in
  gamma_of (a * c) (b * d) = (g + g') / (1 + g * g') /\ gamma_of (a * c) (b * d) < 1 /\
  (c <= d -> g <= gamma_of (a * c) (b * d)).
Proof.
  intros A B C D g g'. assert (P : 0 < a * c) by now apply Rmult_lt_0_compat.
  assert (Q : 0 < b * d) by now apply Rmult_lt_0_compat.
  assert (W : 0 < b * d + a * c) by lra. unfold g, g', gamma_of. split; [|split].
  - field. repeat split; nra.
  - apply Rmult_lt_reg_r with (b * d + a * c); [exact W|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l; lra.
  - intros L. apply Rmult_le_reg_r with ((b + a) * (b * d + a * c)); [nra|].
    replace ((b - a) / (b + a) * ((b + a) * (b * d + a * c))) with ((b - a) * (b * d + a * c)) by (field; lra).
    replace ((b * d - a * c) / (b * d + a * c) * ((b + a) * (b * d + a * c))) with ((b * d - a * c) * (b + a))
      by (field; lra).
    (* the difference is 2 a b (d - c) *)
    assert (0 <= a * b * (d - c)) by (apply Rmult_le_pos; nra). nra.
Qed.

Lemma tanh_artanh s : - 1 < s < 1 -> tanh (artanh s) = s.
Proof. intros S. unfold artanh. rewrite <- gamma_is_tanh by lra. unfold gamma_of. field. lra. Qed.

Lemma scaled_ratio c a b : 0 < c -> 0 < a -> 0 < b -> log_ratio (c * a) (c * b) = log_ratio a b.
Proof.
  intros. rewrite log_ratio_adds by assumption. unfold log_ratio at 1.
  replace (c / c) with 1 by (field; lra). rewrite ln_1. field.
Qed.

(** * Any device whose responses lie between qmin and qmax *)

(* Claim: response.distortion *)
Theorem near_responds up down gain gamma least most w D :
  gain * (1 - gamma) <= least -> most <= gain * (1 + gamma) -> least <= up w <= most -> least <= down w <= most ->
  responds (update up down) gain gamma w D.
Proof.
  intros Low High U L.
  assert (Q : forall r, least <= r <= most -> Rabs (w + D * r - (w + gain * D)) <= gamma * (gain * Rabs D)).
  { intros r Hr. replace (w + D * r - (w + gain * D)) with ((r - gain) * D) by ring.
    rewrite Rabs_mult, <- Rmult_assoc. apply Rmult_le_compat_r; [apply Rabs_pos | apply Rabs_le; lra]. }
  unfold responds, update. destruct (Rle_dec 0 D); now apply Q.
Qed.

Theorem responses_respond up down least most w D :
  0 < least -> least <= up w <= most -> least <= down w <= most ->
  responds (update up down) (gain_of least most) (gamma_of least most) w D.
Proof.
  intros P U L. apply (near_responds up down _ _ least most); try assumption; right;
    unfold gain_of, gamma_of; field; lra.
Qed.

(** A response that falls with the weight, and one that rises: the extremes are at the ends. *)
Section monotone.
  Variables (up down : R -> R) (low high : R).
  Hypothesis falls : forall w v, low <= w -> w <= v -> v <= high -> up v <= up w.
  Hypothesis rises : forall w v, low <= w -> w <= v -> v <= high -> down w <= down v.

  Definition end_least : R := Rmin (up high) (down low).
  Definition end_most : R := Rmax (up low) (down high).

  Theorem extremes w :
    low <= w <= high -> end_least <= up w <= end_most /\ end_least <= down w <= end_most.
  Proof.
    intros [L H]. unfold end_least, end_most.
    pose proof (Rmin_l (up high) (down low)). pose proof (Rmin_r (up high) (down low)).
    pose proof (Rmax_l (up low) (down high)). pose proof (Rmax_r (up low) (down high)).
    pose proof (falls w high). pose proof (falls low w). pose proof (rises w high). pose proof (rises low w).
    repeat split; lra.
  Qed.

  Theorem monotone_responds w D : 0 < up high -> 0 < down low -> low <= w <= high ->
    responds (update up down) (gain_of end_least end_most) (gamma_of end_least end_most) w D.
  Proof.
    intros U L W. destruct (extremes w W) as [A B].
    apply responses_respond; [unfold end_least; now apply Rmin_glb_lt | assumption | assumption].
  Qed.
End monotone.

Print Assumptions responses_respond.
