(** One stage of a network, whatever its width, and the recursions through all stages: what the two passes do to
    lengths, and to changes of the weights (docs/theory.md#networks).  Elements are indexed by a positive functional;
      W x, W^T delta
    and products of vectors enter by their lengths. *)

From Coq Require Import Reals Lra.
From Analog Require Import Sums InnerProduct.
Local Open Scope R_scope.

Section elements.
  Context {T : Type} (C : functional T).
  Local Notation elements := (lift C (fun _ => real_space)).

  Lemma elements_at_most (y z : elements) c :
    0 <= c -> (forall t, support C t -> Rabs (y t) <= c * Rabs (z t)) -> norm y <= c * norm z.
  Proof.
    intros Hc L. rewrite <- (Rabs_pos_eq c Hc), <- norm_scal. apply sqrt_le_1_alt, apply_le. intros t Ht.
    change (y t * y t <= c * z t * (c * z t)). apply Rsqr_le_abs_1. rewrite Rabs_mult, (Rabs_pos_eq c Hc). now apply L.
  Qed.

  Variables p0 p1 w : R.
  Hypothesis p0_nonneg : 0 <= p0.
  Hypothesis p1_nonneg : 0 <= p1.
  Hypothesis w_nonneg : 0 <= w.

  (** y = phi(W x): at most p0 w times as long. *)
  (* Claim: network.forward *)
  Theorem forward_stage {H : space} (x : H) (Wx y : elements) X :
    norm x <= X -> norm Wx <= w * norm x -> (forall t, support C t -> Rabs (y t) <= p0 * Rabs (Wx t)) ->
    norm y <= p0 * (w * X).
  Proof.
    intros Hx HW Hy. apply Rle_trans with (1 := elements_at_most y Wx p0 p0_nonneg Hy).
    apply Rmult_le_compat_l; [exact p0_nonneg|]. apply Rle_trans with (1 := HW). now apply Rmult_le_compat_l.
  Qed.

  (** delta = phi'(.) W^T delta_next, element by element. *)
  (* Claim: network.backward *)
  Theorem backward_stage {H : space} (delta_next : H) (WTdelta delta : elements) D :
    norm delta_next <= D -> norm WTdelta <= w * norm delta_next ->
    (forall t, support C t -> Rabs (delta t) <= p0 * Rabs (WTdelta t)) -> norm delta <= p0 * (w * D).
  Proof. apply forward_stage. Qed.

  (** The change of y where the weights change by u and x by dx: U x + V dx before the activation. *)
  (* Claim: network.forward_stale *)
  Theorem forward_stale_stage {H H' : space} (x : H) (dx : H') (UVx Vdx y : elements) u X e :
    0 <= u -> norm x <= X -> norm dx <= e -> norm UVx <= u * norm x -> norm Vdx <= w * norm dx ->
    (forall t, support C t -> Rabs (y t) <= p0 * Rabs (plus UVx Vdx t)) ->
    norm (plus UVx Vdx) <= u * X + w * e /\ norm y <= p0 * (u * X + w * e).
  Proof.
    intros Hu Hx Hd HU HV Hy.
    assert (Pre : norm (plus UVx Vdx) <= u * X + w * e).
    { apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat;
        (eapply Rle_trans; [eassumption | now apply Rmult_le_compat_l]). }
    split; [exact Pre|]. apply Rle_trans with (1 := elements_at_most y _ p0 p0_nonneg Hy). now apply Rmult_le_compat_l.
  Qed.

  (** An element of phi'(.) W^T delta, where the slope has changed. *)
  (* Claim: network.hadamard *)
  Lemma slope_change_element slope inside arriving b :
    Rabs slope <= p1 * Rabs inside -> Rabs arriving <= b -> Rabs (arriving * slope) <= p1 * b * Rabs inside.
  Proof.
    intros Hs Ha. rewrite Rabs_mult. replace (p1 * b * Rabs inside) with (b * (p1 * Rabs inside)) by ring.
    apply Rmult_le_compat; auto using Rabs_pos.
  Qed.

  (** The change of delta: by the slope ([bend]), and by what arrives ([turn]). *)
  (* Claim: network.backward_stale *)
  Theorem backward_stale_stage (inside gone bend turn : elements) (arriving slope : T -> R) b zeta change :
    0 <= b -> (forall t, support C t -> Rabs (slope t) <= p1 * Rabs (inside t)) ->
    (forall t, support C t -> Rabs (arriving t) <= b) -> (forall t, support C t -> bend t = arriving t * slope t) ->
    (forall t, support C t -> Rabs (turn t) <= p0 * Rabs (gone t)) -> norm inside <= zeta -> norm gone <= change ->
    norm (plus bend turn) <= p1 * b * zeta + p0 * change.
  Proof.
    intros Hb Hs Ha Hbend Ht Hz Hc. apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat.
    - apply Rle_trans with (p1 * b * norm inside); [|apply Rmult_le_compat_l; [now apply Rmult_le_pos | exact Hz]].
      apply elements_at_most; [now apply Rmult_le_pos|]. intros t S. rewrite Hbend by exact S.
      now apply slope_change_element; [apply Hs | apply Ha].
    - apply Rle_trans with (1 := elements_at_most turn gone p0 p0_nonneg Ht). now apply Rmult_le_compat_l.
  Qed.
End elements.

(** W^T delta where both change. *)
(* Claim: network.full_change *)
Theorem handed_on {H : space} (WTdbeta dWTdelta : H) w beta u D :
  norm WTdbeta <= w * beta -> norm dWTdelta <= u * D -> norm (plus WTdbeta dWTdelta) <= w * beta + u * D.
Proof. intros A B. apply Rle_trans with (1 := minkowski _ _). lra. Qed.

(** delta x^T where both change. *)
(* Claim: network.sensitivity *)
Theorem direction_change {H H1 H2 H3 H4 : space} (dbeta_x delta_dx : H) (dbeta : H1) (x : H2) (delta : H3) (dx : H4)
  beta X D e :
  norm dbeta_x <= norm dbeta * norm x -> norm delta_dx <= norm delta * norm dx ->
  norm dbeta <= beta -> norm x <= X -> norm delta <= D -> norm dx <= e ->
  norm (plus dbeta_x delta_dx) <= beta * X + D * e.
Proof.
  intros A B Hb Hx Hd He. apply Rle_trans with (1 := minkowski _ _), Rplus_le_compat;
    (eapply Rle_trans; [eassumption | apply Rmult_le_compat; auto using norm_nonneg]).
Qed.

(** Stage by stage at most, so at most in length. *)
(* Claim: network.rows *)
Lemma stage_square gap moves : 0 <= gap <= moves -> gap ^ 2 <= moves ^ 2.
Proof. apply pow_incr. Qed.

(* Claim: network.smooth *)
Theorem gap_at_most {T} (E : functional T) {H : space} (gap moves : lift E (fun _ => real_space)) (u : H) L :
  (forall m, support E m -> 0 <= (gap m : R) <= (moves m : R)) -> norm moves <= L * norm u -> norm gap <= L * norm u.
Proof.
  intros Le HL. apply Rle_trans with (2 := HL). apply sqrt_le_1_alt, apply_le. intros m Hm.
  pose proof (stage_square _ _ (Le m Hm)). change (gap m * gap m <= moves m * moves m). lra.
Qed.

(** Through all stages: sizes and changes obey the recursions of their bounds. *)
Section depth.
  Variables p0 X : R.
  Variables weight distance : nat -> R.
  Hypothesis p0_nonneg : 0 <= p0.
  Hypothesis X_nonneg : 0 <= X.
  Hypothesis weight_nonneg : forall k, 0 <= weight k.
  Hypothesis distance_nonneg : forall k, 0 <= distance k.

  Fixpoint size_bound (k : nat) : R := match k with O => X | S k => size_bound k * p0 * weight k end.
  Fixpoint change_bound (k : nat) : R :=
    match k with O => 0 | S k => p0 * (size_bound k * distance k + change_bound k * weight k) end.

  (* Claim: network.depth *)
  Theorem at_every_depth (size change : nat -> R) :
    0 <= size O <= X -> (forall k, 0 <= size (S k) <= p0 * weight k * size k) ->
    change O = 0 -> (forall k, 0 <= change (S k) <= p0 * (distance k * size k + change k * weight k)) ->
    forall k, size k <= size_bound k /\ change k <= change_bound k.
  Proof.
    intros S0 Sk C0 Ck k. induction k as [|k [IHs IHc]]; [simpl; lra|]. simpl. split.
    - apply Rle_trans with (1 := proj2 (Sk k)). pose proof (Rmult_le_compat_l (p0 * weight k) _ _
        (Rmult_le_pos _ _ p0_nonneg (weight_nonneg k)) IHs). lra.
    - apply Rle_trans with (1 := proj2 (Ck k)). apply Rmult_le_compat_l; [exact p0_nonneg|].
      pose proof (Rmult_le_compat_l _ _ _ (distance_nonneg k) IHs).
      pose proof (Rmult_le_compat_r _ _ _ (weight_nonneg k) IHc). lra.
  Qed.

  (** Reading current backward weights is the less biased choice: a recursion that drops a nonnegative term stays
      below. *)
  (* Claim: network.dominance *)
  Theorem fewer_terms_less (p1 : R) (message zeta near far : nat -> R) :
    (forall k, 0 <= message k) -> near O <= far O ->
    (forall k, near (S k) = near k * p0 * weight k + message k * p1 * weight k * zeta k) ->
    (forall k, far (S k) = p0 * (distance k * message k + far k * weight k) + message k * p1 * weight k * zeta k) ->
    forall k, near k <= far k.
  Proof.
    intros Hm Start Near Far k. induction k as [|k IH]; [exact Start|]. rewrite Near, Far.
    pose proof (Rmult_le_compat_l (p0 * weight k) _ _ (Rmult_le_pos _ _ p0_nonneg (weight_nonneg k)) IH).
    pose proof (Rmult_le_pos _ _ p0_nonneg (Rmult_le_pos _ _ (distance_nonneg k) (Hm k))). lra.
  Qed.
End depth.
