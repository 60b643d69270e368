(** What keeps the weights of any device inside: the box that is never left, and directions that point inward
    (docs/theory.md#device.inward).  The linear device's certificates (Device.v) are those of steepness 1. *)

From Coq Require Import Reals Lra Psatz.
From Analog Require Import Device.
Local Open Scope R_scope.

Section any_device.
  Variables (up down : R -> R) (tau C : R).
  Hypothesis tau_pos : 0 < tau.
  Hypothesis up_nonneg : forall w, Rabs w <= tau -> 0 <= up w.
  Hypothesis down_nonneg : forall w, Rabs w <= tau -> 0 <= down w.

  Lemma in_box w : Rabs w <= tau -> - tau <= w <= tau /\ 0 <= 1 - w / tau /\ 0 <= 1 + w / tau.
  Proof.
    intros W. assert (B : - tau <= w <= tau) by (unfold Rabs in W; destruct (Rcase_abs w); lra). split; [exact B|].
    split; apply Rmult_le_reg_r with tau; try exact tau_pos; unfold Rdiv; [replace ((1 - w * / tau) * tau) with (tau -
      w)
      by (field; lra) | replace ((1 + w * / tau) * tau) with (tau + w) by (field; lra)]; lra.
  Qed.

  (** One step, whatever the rest of the device does: q+ <= C (1 - w/tau), q- <= C (1 + w/tau) at this weight. *)
  (* Claim: device.box_general *)
  Theorem box_step q_plus q_minus w D :
    0 <= q_plus <= C * (1 - w / tau) -> 0 <= q_minus <= C * (1 + w / tau) -> Rabs w <= tau -> C * Rabs D <= tau ->
    Rabs (update (fun _ => q_plus) (fun _ => q_minus) w D) <= tau.
  Proof.
    intros [U0 U1] [L0 L1] W HD. destruct (in_box w W) as (B & Top & Bottom).
    pose proof (Rabs_pos D) as D0. apply Rabs_le. unfold update. destruct (Rle_dec 0 D) as [Q|Q].
    - rewrite Rabs_pos_eq in * by exact Q. pose proof (Rmult_le_pos _ _ Q U0). split; [lra|].
      pose proof (Rmult_le_compat_l D _ _ Q U1). pose proof (Rmult_le_compat_r _ _ _ Top HD).
      replace (tau * (1 - w / tau)) with (tau - w) in * by (field; lra). lra.
    - rewrite Rabs_left in * by lra. assert (N : 0 <= - D) by lra. pose proof (Rmult_le_pos _ _ N L0). split; [|lra].
      pose proof (Rmult_le_compat_l (- D) _ _ N L1). pose proof (Rmult_le_compat_r _ _ _ Bottom HD).
      replace (tau * (1 + w / tau)) with (tau + w) in * by (field; lra). lra.
  Qed.

  Section box.
    Hypothesis up_steep : forall w, Rabs w <= tau -> up w <= C * (1 - w / tau).
    Hypothesis down_steep : forall w, Rabs w <= tau -> down w <= C * (1 + w / tau).

    Theorem box_general w D : Rabs w <= tau -> C * Rabs D <= tau -> Rabs (update up down w D) <= tau.
    Proof.
      intros W HD. apply (box_step (up w) (down w)); auto.
    Qed.

    (** For ever, whatever the increments. *)
    Theorem box_for_ever (w D : nat -> R) :
      (forall k, w (S k) = update up down (w k) (D k)) -> Rabs (w 0%nat) <= tau -> (forall k, C * Rabs (D k) <= tau) ->
      forall k, Rabs (w k) <= tau.
    Proof. intros Step Start Short k. induction k as [|k IH]; [exact Start|]. rewrite Step. now apply box_general. Qed.
  End box.
End any_device.

(** * Directions that point inward *)

(** One side.  Between 0 and the edge the response is at most [near], anywhere at most [most]; for -w, -D and the
    responses exchanged this is the lower side. *)
(* Claim: device.inward_general *)
Theorem inward_step_general up down edge reached near most top w D :
  0 <= edge -> Rabs D <= reached -> 0 <= near -> 0 <= up w <= most -> 0 <= down w -> w <= top ->
  edge + reached * near <= top -> reached * most <= top ->
  edge <= w /\ D <= 0 \/ 0 <= w <= edge /\ up w <= near \/ w <= 0 ->
  update up down w D <= top.
Proof.
  intros HE HD HN [U0 U1] L0 W Near Below Where. pose proof (Rabs_pos D). unfold update.
  destruct (Rle_dec 0 D) as [P|N]; [|pose proof (Rmult_le_pos (- D) (down w)); lra].
  rewrite Rabs_pos_eq in * by exact P. destruct Where as [[Out Sign]|[[In Resp]|Left]].
  - replace D with 0 by lra. lra.
  - pose proof (Rmult_le_compat _ _ _ _ P U0 HD Resp). lra.
  - pose proof (Rmult_le_compat _ _ _ _ P U0 HD U1). lra.
Qed.

(** Both sides, and for ever: the weights stay within top. *)
Theorem inward_general up down edge reached near most top (w D : nat -> R) :
  0 <= edge -> 0 <= near ->
  (forall v, Rabs v <= top -> 0 <= up v <= most /\ 0 <= down v <= most) ->
  (forall v, 0 <= v <= edge -> up v <= near /\ down (- v) <= near) ->
  edge + reached * near <= top -> reached * most <= top ->
  (forall k, w (S k) = update up down (w k) (D k)) -> Rabs (w 0%nat) <= top -> (forall k, Rabs (D k) <= reached) ->
  (forall k, (edge <= w k -> D k <= 0) /\ (edge <= - w k -> 0 <= D k)) ->
  forall k, Rabs (w k) <= top.
Proof.
  intros HE HN Resp Close Near Below Step Start Short Inward k. induction k as [|k IH]; [exact Start|].
  rewrite Step. destruct (Resp _ IH) as [U L]. specialize (Short k). destruct (Inward k) as [Up Down].
  set (v := w k) in *. set (d := D k) in *.
  assert (B : - top <= v <= top) by (unfold Rabs in IH; destruct (Rcase_abs v); lra).
  apply Rabs_le. split.
  - (* the lower side: the upper one of the mirrored device *)
    enough (M : update (fun x => down (- x)) (fun x => up (- x)) (- v) (- d) <= top).
    { unfold update in *. rewrite !Ropp_involutive in M. destruct (Rle_dec 0 d), (Rle_dec 0 (- d)); try lra.
      assert (Z : d = 0) by lra. rewrite Z. lra. }
    apply (inward_step_general (fun x => down (- x)) (fun x => up (- x)) edge reached near most); auto;
      rewrite ?Rabs_Ropp, ?Ropp_involutive; try lra.
    destruct (Rle_lt_dec edge (- v)) as [Out|In]; [left; split; [exact Out | specialize (Down Out); lra] | right].
    destruct (Rle_lt_dec 0 (- v)) as [R'|R']; [left | right; lra].
    split; [lra|]. destruct (Close (- v)) as [_ C]; [lra|]. now rewrite Ropp_involutive in C.
  - apply (inward_step_general up down edge reached near most); auto; try lra.
    destruct (Rle_lt_dec edge v) as [Out|In]; [left; auto | right].
    destruct (Rle_lt_dec 0 v) as [R'|R']; [left | right; lra]. split; [lra|]. apply Close. lra.
Qed.

Print Assumptions box_for_ever.
Print Assumptions inward_general.
